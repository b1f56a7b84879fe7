# ruff: noqa: E501 - one item a line: a table that can be read and compared
"""What varied papers say: for each kind its titles and items, each item with the wordings that are in use.

An item is ``(field, value, labels)``; a field of "" is a fact that no template asks for. A wording whose check sum falls
into the held-out third is drawn only with ``held=True``: those were looked at last, to see how far the rest carries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

from tests.golden.specimens.people import Person
from tests.golden.variants.facts import Facts

Value = Callable[[Facts], tuple[str, str]]
"""Gives the text as printed and the fact that it states."""
Item = tuple[str, Value, tuple[str, ...]]

NAME = ("Họ, chữ đệm, tên", "Họ và tên", "Họ, chữ đệm và tên", "Họ tên", "Họ và tên khai sinh", "Họ, tên đệm và tên")
BORN = (
    "Ngày, tháng, năm sinh", "Ngày sinh", "Sinh ngày", "Ngày tháng năm sinh", "Ngày/tháng/năm sinh", "Sinh ngày, tháng, năm",
)  # fmt: skip
SEX = ("Giới tính", "Giới tính (Nam/Nữ)", "Nam/Nữ")
PEOPLE = ("Dân tộc", "Thành phần dân tộc")
NATION = ("Quốc tịch",)
IDS = (
    "Số định danh cá nhân", "Số CCCD", "CCCD số", "Căn cước công dân số", "Số căn cước công dân", "Số định danh cá nhân/CCCD",
    "Giấy tờ tùy thân", "Số giấy tờ tùy thân", "Số ĐDCN", "CMND/CCCD số", "Mã định danh", "Số căn cước", "Số CMND/CCCD",
    "Mã số định danh cá nhân", "Số CCCD/Hộ chiếu", "Căn cước công dân/CMND số",
)  # fmt: skip
HOME = (
    "Nơi thường trú", "Nơi cư trú", "Địa chỉ thường trú", "Nơi đăng ký thường trú", "Hộ khẩu thường trú", "Địa chỉ",
    "Chỗ ở hiện nay", "Nơi ĐKHK thường trú", "Nơi đăng ký HKTT", "Địa chỉ cư trú",
)  # fmt: skip
ORIGIN = ("Quê quán", "Nguyên quán")
BORN_AT = ("Nơi sinh",)


@dataclass(frozen=True)
class Paper:
    """One kind: the template's code, titles (a tuple is a title over several lines), items, and how it is furnished.

    ``notation`` follows the number ("" for a bare number or none at all: ``numbered`` false); ``head`` is where the day of
    issue and the issuer stand: "letter" (NĐ 30 boxes), "body" (labelled in the text), "card".
    """

    code: str
    titles: tuple[tuple[str, ...], ...]
    items: tuple[Item, ...]
    notation: tuple[str, ...] = ()
    number_labels: tuple[str, ...] = ("Số", "Số", "Số hiệu")
    head: str = "letter"
    issuer: str = "committee"
    intro: tuple[str, ...] = ()
    outro: tuple[str, ...] = ()
    roles: tuple[tuple[str, ...], ...] = (
        ("CHỦ TỊCH",),
        ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
    )
    columns: tuple[tuple[Item, ...], tuple[Item, ...]] | None = None


def is_held(text: str) -> bool:
    """Whether a wording is of the held-out third."""
    return crc32(text.encode()) % 3 == 0


def usable(wordings: Sequence[str], *, held: bool) -> list[str]:
    """The wordings to draw from: the held-out ones with ``held``, else the others; all where none is left."""
    return [text for text in wordings if is_held(text) == held] or list(wordings)


def name(role: str) -> Value:
    return lambda facts: (facts.name(facts.who(role).name),) * 2


def born(role: str) -> Value:
    return lambda facts: (facts.day(facts.who(role).birth_date), facts.who(role).birth_date.isoformat())


def year(role: str) -> Value:
    return lambda facts: (str(facts.who(role).birth_date.year),) * 2


def sex(role: str) -> Value:
    return lambda facts: (facts.who(role).gender,) * 2


def people(role: str) -> Value:
    return lambda facts: (facts.who(role).ethnicity,) * 2


def nation(_role: str = "") -> Value:
    return lambda _: ("Việt Nam",) * 2


def bare_id(role: str) -> Value:
    return lambda facts: (facts.number12(facts.who(role).personal_number), facts.who(role).personal_number)


def told_id(role: str) -> Value:
    """The number, sometimes with who gave the card and when."""

    def value(facts: Facts) -> tuple[str, str]:
        who: Person = facts.who(role)
        printed = facts.number12(who.personal_number)
        given = facts.day(facts.on - timedelta(days=400))
        office = facts.rng.choice(("Cục Cảnh sát QLHC về TTXH", "Bộ Công an"))
        form = facts.rng.choice(
            ("{0}", "{0}", "{0}, cấp ngày {1}, nơi cấp: {2}", "{0} do {2} cấp ngày {1}", "{0} cấp ngày {1} tại {2}")
        )
        return form.format(printed, given, office), who.personal_number

    return value


def home(role: str) -> Value:
    return lambda facts: (facts.who(role).address(facts.on),) * 2


def place_full(facts: Facts) -> tuple[str, str]:
    return (facts.where.full(facts.on),) * 2


def fixed(*choices: str) -> Value:
    def value(facts: Facts) -> tuple[str, str]:
        chosen = facts.rng.choice(choices)
        return chosen, chosen

    return value


def committee(facts: Facts) -> tuple[str, str]:
    return (f"{facts.rng.choice(('UBND', 'Ủy ban nhân dân'))} {facts.where.full(facts.on)}",) * 2


def issued(facts: Facts) -> tuple[str, str]:
    return facts.day(facts.on), facts.on.isoformat()


def before(days: int) -> Value:
    return lambda facts: (facts.day(facts.on - timedelta(days=days)), (facts.on - timedelta(days=days)).isoformat())


def after(days: int) -> Value:
    return lambda facts: (facts.day(facts.on + timedelta(days=days)), (facts.on + timedelta(days=days)).isoformat())


def digits(low: int, high: int, form: str = "{0}") -> Value:
    return lambda facts: (form.format(facts.rng.randint(low, high)),) * 2


def money(low: int, high: int) -> Value:
    return lambda facts: facts.money(low, high)


def area(low: int, high: int) -> Value:
    return lambda facts: facts.area(low, high)


def tax(facts: Facts) -> tuple[str, str]:
    code = facts.tax()
    return code, code


def letters(count: int) -> Value:
    return lambda facts: ("".join(facts.rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ23456789") for _ in range(count)),) * 2


def plate(facts: Facts) -> tuple[str, str]:
    series = (
        f"{facts.rng.choice((15, 29, 37, 43, 51, 92))}{facts.rng.choice('ABCFH')}{facts.rng.choice(('', '1', '5'))}"
    )
    left, right = f"{facts.rng.randint(0, 999):03d}", f"{facts.rng.randint(0, 99):02d}"
    return facts.rng.choice(
        (f"{series}-{left}.{right}", f"{series} - {left}.{right}", f"{series}-{left}{right}")
    ), f"{series}-{left}.{right}"


def hour_day(days: int) -> Value:
    """The words "08 giờ 15 phút, ngày …" a few days before issue."""

    def value(facts: Facts) -> tuple[str, str]:
        day = facts.on - timedelta(days=days)
        clock = facts.rng.choice(
            (
                "{0:02d} giờ {1:02d} phút, ",
                "{0:02d} giờ {1:02d} phút ",
                "{0:02d}h{1:02d} ",
                "hồi {0:02d} giờ {1:02d} phút, ",
            )
        )
        text = facts.day(day)
        if not text.lower().startswith("ngày"):
            text = f"ngày {text}"
        return clock.format(facts.rng.randint(0, 23), facts.rng.randint(0, 59)) + text, day.isoformat()

    return value


def spoken(facts: Facts) -> tuple[str, str]:
    words = facts.words(facts.child.birth_date)
    return words, words


def _parent(role: str, word: str) -> tuple[Item, ...]:
    return (
        (f"{role}_name", name(role), (f"Họ, chữ đệm, tên người {word}", f"Họ và tên {word}", f"Họ và tên người {word}", f"Họ, chữ đệm và tên người {word}", f"Họ tên {word}", f"Họ, chữ đệm, tên {word}")),
        (f"{role}_birth_year", year(role), ("Năm sinh", "Sinh năm")),
        (f"{role}_ethnicity", people(role), PEOPLE[:1]),
        (f"{role}_nationality", nation(), NATION),
        (f"{role}_residence", home(role), ("Nơi cư trú", "Nơi thường trú", "Nơi thường trú/tạm trú", "Địa chỉ thường trú", "Nơi đăng ký thường trú")),
    )  # fmt: skip


def _person(role: str, *, told: bool = True, prefix: str = "", sexed: bool = True) -> tuple[Item, ...]:
    own = f"{prefix}_" if prefix else ""
    items: list[Item] = [
        (f"{prefix or 'holder'}_name", name(role), NAME),
        (f"{own}birth_date", born(role), BORN),
    ]
    if sexed:
        items.append((f"{own}sex", sex(role), SEX[:1]))
    return (*items, (f"{prefix or 'holder'}_id", told_id(role) if told else bare_id(role), IDS))


_CIVIL = (
    ("ethnicity", people("child"), PEOPLE),
    ("nationality", nation(), NATION),
    ("birth_place", lambda f: (f"Bệnh viện Đa khoa {f.city}, {f.where.full(f.on)}",) * 2, BORN_AT),
    ("hometown", place_full, ORIGIN),
    ("holder_id", bare_id("child"), ("Số định danh cá nhân", "Mã số định danh cá nhân", "Số ĐDCN", "Số định danh")),
    *_parent("mother", "mẹ"),
    *_parent("father", "cha"),
)  # fmt: skip
_CHILD = (
    ("holder_name", name("child"), NAME),
    ("birth_date", born("child"), BORN[:4]),
    ("birth_date_words", spoken, ("ghi bằng chữ", "Ghi bằng chữ", "(Ghi bằng chữ)", "Viết bằng chữ", "Bằng chữ")),
    ("sex", sex("child"), SEX[:1]),
)
_NOTE = ("Ghi chú: Không.", "Bản trích lục này được cấp từ Sổ hộ tịch.", "")
PAPERS: dict[str, Paper] = {
    "KS": Paper(
        "KS", (("GIẤY KHAI SINH",), ("GIẤY KHAI SINH", "(BẢN CHÍNH)"), ("GIẤY KHAI SINH", "(Bản sao)")),
        (*_CHILD, *_CIVIL,
         ("declarant_name", name("father"), ("Họ, chữ đệm, tên người đi khai sinh", "Họ và tên người đi khai sinh", "Người đi khai sinh")),
         ("declarant_id", told_id("father"), ("Giấy tờ tùy thân",)),
         ("issuer", committee, ("Nơi đăng ký khai sinh", "Đăng ký khai sinh tại", "Nơi đăng ký", "Cơ quan đăng ký khai sinh", "Cơ quan đăng ký")),
         ("issued_on", issued, ("Ngày, tháng, năm đăng ký", "Ngày đăng ký", "Ngày, tháng, năm đăng ký khai sinh", "Đăng ký ngày"))),
        notation=("",), head="body", roles=(("NGƯỜI KÝ GIẤY KHAI SINH", "CHỦ TỊCH"), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    ),
    "TLKS": Paper(
        "KS", (("TRÍCH LỤC KHAI SINH",), ("TRÍCH LỤC KHAI SINH", "(BẢN SAO)"), ("TRÍCH LỤC KHAI SINH (BẢN SAO)",)),
        (*_CHILD, *_CIVIL,
         ("registered_at", committee, ("Đăng ký khai sinh tại", "Nơi đăng ký khai sinh", "Nơi đăng ký"))),
        notation=("TLKS-BS", "TLKS"), roles=(("NGƯỜI KÝ TRÍCH LỤC", "CHỦ TỊCH"), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")), outro=_NOTE,
    ),
    "KH": Paper(
        "KH", (("GIẤY CHỨNG NHẬN KẾT HÔN",), ("GIẤY CHỨNG NHẬN", "KẾT HÔN"), ("GIẤY CHỨNG NHẬN KẾT HÔN", "(BẢN SAO)")),
        (("issuer", committee, ("Nơi đăng ký kết hôn", "Đăng ký kết hôn tại", "Nơi đăng ký", "Cơ quan đăng ký kết hôn")),
         ("issued_on", issued, ("Ngày, tháng, năm đăng ký", "Ngày đăng ký", "Đăng ký ngày", "Ngày, tháng, năm đăng ký kết hôn"))),
        notation=("",), head="body",
        columns=tuple((
            (f"{role}_name", name(role), (f"Họ, chữ đệm, tên {word}", f"Họ và tên {word}", f"Họ tên {word}", f"Họ, chữ đệm và tên {word}")),
            (f"{role}_birth_date", born(role), BORN[:4]),
            (f"{role}_ethnicity", people(role), PEOPLE[:1]),
            (f"{role}_nationality", nation(), NATION),
            (f"{role}_residence", home(role), ("Nơi cư trú", "Nơi thường trú/tạm trú", "Nơi thường trú", "Địa chỉ thường trú")),
            (f"{role}_id", told_id(role), ("Giấy tờ tùy thân", "Số định danh cá nhân", "Số CCCD", "Số Giấy CMND/Hộ chiếu", "CCCD số")),
        ) for role, word in (("wife", "vợ"), ("husband", "chồng"))),  # type: ignore[arg-type]
    ),
    "XNTTHN": Paper(
        "XNTTHN", (("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",), ("GIẤY XÁC NHẬN", "TÌNH TRẠNG HÔN NHÂN"), ("XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",)),
        (*_person("holder"), ("ethnicity", people("holder"), PEOPLE[:1]), ("nationality", nation(), NATION), ("residence", home("holder"), HOME),
         ("marital_status", fixed("Chưa đăng ký kết hôn với ai", "Hiện tại chưa đăng ký kết hôn với ai", "Đã ly hôn, hiện tại chưa đăng ký kết hôn với ai"), ("Tình trạng hôn nhân", "Tình trạng hôn nhân hiện tại", "Tình trạng hôn nhân trong thời gian cư trú")),
         ("purpose", fixed("làm thủ tục đăng ký kết hôn", "làm thủ tục mua bán nhà đất", "bổ sung hồ sơ vay vốn"), ("Giấy này được cấp để", "Giấy này được sử dụng để", "Mục đích sử dụng", "Được cấp để"))),
        notation=("UBND-XNTTHN", "XNTTHN", "UBND-XN"), intro=("Xét đề nghị của ông/bà có tên dưới đây,", "XÁC NHẬN:", ""), outro=("Giấy này có giá trị sử dụng trong thời hạn 6 tháng, kể từ ngày cấp.",),
    ),
    "KTU": Paper(
        "KTU", (("TRÍCH LỤC KHAI TỬ",), ("TRÍCH LỤC KHAI TỬ", "(BẢN SAO)"), ("GIẤY CHỨNG TỬ",), ("TRÍCH LỤC", "KHAI TỬ")),
        (*_person("holder"), ("ethnicity", people("holder"), PEOPLE[:1]), ("nationality", nation(), NATION),
         ("", home("holder"), ("Nơi cư trú cuối cùng", "Nơi thường trú cuối cùng")),
         ("death_date", hour_day(3), ("Đã chết vào lúc", "Chết ngày", "Đã chết lúc", "Thời gian chết", "Ngày, tháng, năm chết", "Đã mất vào lúc", "Ngày chết")),
         ("death_place", place_full, ("Nơi chết", "Nơi mất", "Địa điểm chết")),
         ("death_cause", fixed("Già yếu", "Bệnh tim mạch", "Tai biến mạch máu não"), ("Nguyên nhân chết", "Nguyên nhân tử vong", "Nguyên nhân")),
         ("registered_at", committee, ("Đăng ký khai tử tại", "Nơi đăng ký khai tử", "Nơi đăng ký"))),
        notation=("TLKT", "TLKT-BS"), roles=(("NGƯỜI KÝ TRÍCH LỤC", "CHỦ TỊCH"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    ),
    "NCMC": Paper(
        "NCMC", (("TRÍCH LỤC ĐĂNG KÝ NHẬN CHA, MẸ, CON",), ("TRÍCH LỤC", "ĐĂNG KÝ NHẬN CHA, MẸ, CON"), ("TRÍCH LỤC NHẬN CHA, MẸ, CON",)),
        (("parent_name", name("father"), ("Họ, chữ đệm, tên người cha", "Họ và tên người cha", "Họ, chữ đệm, tên cha", "Họ và tên cha")),
         ("parent_birth_date", born("father"), BORN[:3]),
         ("parent_id", told_id("father"), ("Giấy tờ tùy thân", "Số định danh cá nhân", "CCCD số")),
         ("", home("father"), ("Nơi cư trú",)),
         ("holder_name", name("child"), ("Họ, chữ đệm, tên người con", "Họ, chữ đệm, tên con", "Họ và tên người con", "Họ và tên con", "Họ, chữ đệm, tên của con")),
         ("birth_date", born("child"), BORN[:3]),
         ("holder_id", bare_id("child"), ("Số định danh cá nhân", "Giấy tờ tùy thân"))),
        notation=("TLNCMC", "TLCMC"), roles=(("NGƯỜI KÝ TRÍCH LỤC", "CHỦ TỊCH"),),
    ),
    "CT07": Paper(
        "CT07", (("XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ",), ("GIẤY XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ",), ("XÁC NHẬN", "THÔNG TIN VỀ CƯ TRÚ"), ("XÁC NHẬN THÔNG TIN CƯ TRÚ",)),
        (("requester_name", name("holder"), ("Theo đề nghị của Ông/Bà", "Theo đề nghị của ông/bà", "Theo đề nghị của", "Xét đề nghị của Ông/Bà")),
         ("holder_name", name("holder"), ("Họ, chữ đệm và tên của Ông/Bà", "Họ, chữ đệm và tên", "Họ và tên", "Họ, chữ đệm và tên khai sinh")),
         ("birth_date", born("holder"), BORN[:4]), ("sex", sex("holder"), SEX[:1]), ("holder_id", bare_id("holder"), ("Số định danh cá nhân", "Số định danh cá nhân/CMND", "Số ĐDCN", "Số CCCD", "Mã số định danh cá nhân")),
         ("ethnicity", people("holder"), PEOPLE[:1]), ("religion", fixed("Không", "Phật giáo"), ("Tôn giáo",)), ("hometown", place_full, ORIGIN[:1]),
         ("birth_registration_place", place_full, ("Nơi đăng ký khai sinh", "Nơi ĐKKS")),
         ("residence", home("holder"), ("Nơi thường trú", "Địa chỉ thường trú", "Nơi đăng ký thường trú")),
         ("temporary_residence", fixed("Không", "Không có"), ("Nơi tạm trú", "Địa chỉ tạm trú")),
         ("current_residence", home("holder"), ("Nơi ở hiện tại", "Nơi ở hiện nay", "Chỗ ở hiện tại")),
         ("household_head_name", name("other"), ("Họ, chữ đệm và tên chủ hộ", "Họ và tên chủ hộ", "Chủ hộ")),
         ("household_relation", fixed("Con đẻ", "Em ruột", "Vợ"), ("Quan hệ với chủ hộ", "Mối quan hệ với chủ hộ")),
         ("household_head_id", bare_id("other"), ("Số định danh cá nhân chủ hộ", "Số định danh cá nhân của chủ hộ")),
         ("expires_on", after(365), ("Giấy này có giá trị sử dụng đến hết", "Giấy này có giá trị đến", "Có giá trị đến hết", "Thời hạn sử dụng đến"))),
        notation=("XN", "XN-CT07"), issuer="police", roles=(("TRƯỞNG CÔNG AN",), ("THỦ TRƯỞNG CƠ QUAN ĐĂNG KÝ CƯ TRÚ",), ("KT. TRƯỞNG CÔNG AN", "PHÓ TRƯỞNG CÔNG AN")),
    ),
    "QSDD": Paper(
        "QSDD", (("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT"), ("GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT",), ("GIẤY CHỨNG NHẬN", "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT"), ("GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT")),
        (("holder_name", name("holder"), ("Ông", "Bà", "Ông/Bà", "Ông (bà)", "Người sử dụng đất", "Chủ sử dụng đất", "Họ và tên", "Tên người sử dụng đất")),
         ("birth_year", year("holder"), ("Năm sinh", "Sinh năm")), ("holder_id", bare_id("holder"), ("CCCD số", "CMND/CCCD số", "CMND số", "Số CCCD", "Căn cước công dân số", "Số định danh cá nhân", "Giấy tờ nhân thân")),
         ("holder_address", home("holder"), ("Địa chỉ thường trú", "Nơi thường trú", "Địa chỉ nơi thường trú", "Hộ khẩu thường trú")),
         ("parcel", digits(1, 990), ("Thửa đất số", "Số thửa", "Thửa số", "Số thửa đất", "Số hiệu thửa đất")),
         ("map_sheet", digits(1, 120), ("Tờ bản đồ số", "Số tờ bản đồ", "tờ bản đồ số", "Tờ bản đồ")),
         ("address", place_full, ("Địa chỉ thửa đất", "Địa chỉ", "Vị trí thửa đất", "Địa chỉ khu đất")),
         ("area_m2", area(40, 900), ("Diện tích", "Diện tích đất", "Diện tích thửa đất", "Tổng diện tích")),
         ("", fixed("Sử dụng riêng"), ("Hình thức sử dụng",)),
         ("land_use", fixed("Đất ở tại đô thị", "Đất ở tại nông thôn", "Đất trồng cây lâu năm"), ("Mục đích sử dụng", "Loại đất", "Mục đích sử dụng đất")),
         ("expires_on", fixed("Lâu dài", "Đến ngày 15/10/2063"), ("Thời hạn sử dụng", "Thời hạn sử dụng đất", "Thời hạn")),
         ("origin", fixed("Nhà nước giao đất có thu tiền sử dụng đất", "Công nhận QSDĐ như giao đất không thu tiền"), ("Nguồn gốc sử dụng", "Nguồn gốc sử dụng đất", "Nguồn gốc")),
         ("serial", lambda f: (f"{f.rng.choice(('BN', 'CD', 'AA'))} {f.rng.randint(100000, 999999)}",) * 2, ("Số phát hành", "Số seri", "Số phát hành GCN", "Số serial")),
         ("number", lambda f: (f"{f.rng.choice(('CS', 'CH', 'VP'))} {f.rng.randint(1000, 99999):05d}",) * 2, ("Số vào sổ cấp GCN", "Số vào sổ cấp Giấy chứng nhận", "Số vào sổ", "Vào sổ cấp GCN số"))),
        head="foot", issuer="land", roles=(("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
    ),
    "GPXD": Paper(
        "GPXD", (("GIẤY PHÉP XÂY DỰNG",), ("GIẤY PHÉP", "XÂY DỰNG"), ("GIẤY PHÉP XÂY DỰNG", "(Sử dụng cho nhà ở riêng lẻ)"), ("GIẤY PHÉP XÂY DỰNG NHÀ Ở RIÊNG LẺ",)),
        (("holder_name", name("holder"), ("Cấp cho", "Cấp cho ông/bà", "Cấp cho Ông (Bà)", "Chủ đầu tư", "Tên chủ đầu tư", "Cấp cho (tên chủ đầu tư)")),
         ("holder_address", home("holder"), ("Địa chỉ", "Địa chỉ thường trú", "Địa chỉ liên hệ", "Nơi thường trú")),
         ("work", fixed("Nhà ở riêng lẻ", "Nhà ở kết hợp kinh doanh"), ("Được phép xây dựng công trình", "Được phép xây dựng", "Tên công trình", "Công trình", "Loại công trình")),
         ("address", lambda f: (f"thửa đất số 120, tờ bản đồ số 15, {f.where.full(f.on)}",) * 2, ("Vị trí xây dựng", "Địa điểm xây dựng", "Vị trí xây dựng (lô đất, địa chỉ)", "Tại vị trí", "Địa chỉ xây dựng", "Xây dựng tại")),
         ("", fixed("+0,30 m"), ("Cốt nền xây dựng", "Cốt nền xây dựng công trình")), ("", fixed("80%"), ("Mật độ xây dựng",)),
         ("ground_floor_m2", area(40, 180), ("Diện tích xây dựng tầng 1", "Diện tích xây dựng", "Diện tích xây dựng tầng một", "Diện tích tầng 1")),
         ("floor_area_m2", area(180, 700), ("Tổng diện tích sàn", "Tổng diện tích sàn xây dựng", "Diện tích sàn")),
         ("height", digits(4, 20, "{0},5 m"), ("Chiều cao công trình", "Chiều cao", "Chiều cao tối đa")),
         ("floors", digits(1, 6, "{0} tầng"), ("Số tầng", "Số tầng cao", "Số tầng (trên mặt đất)")),
         ("land_paper", fixed("Giấy chứng nhận quyền sử dụng đất số BN 531146"), ("Giấy tờ về quyền sử dụng đất", "Giấy tờ về đất", "Giấy tờ về đất đai"))),
        notation=("GPXD", "GPXD-2024", "GP-SXD"), outro=("Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp.",),
    ),
    "HKD": Paper(
        "HKD", (("GIẤY CHỨNG NHẬN", "ĐĂNG KÝ HỘ KINH DOANH"), ("GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH",)),
        (("number", digits(10000000, 99999999, "41A8{0}"), ("Mã số hộ kinh doanh", "Mã số", "Số", "Mã số đăng ký hộ kinh doanh", "Số GCN")),
         ("issued_on", issued, ("Đăng ký lần đầu", "Đăng ký lần đầu ngày", "Ngày đăng ký lần đầu", "Đăng ký lần đầu, ngày")),
         ("business_name", lambda f: (f"HỘ KINH DOANH {f.rng.choice(('TẠP HÓA', 'QUÁN ĂN', 'CƠ SỞ MAY'))} {f.holder.name.split()[-1].upper()}",) * 2, ("Tên hộ kinh doanh", "Tên hộ KD", "Tên cơ sở kinh doanh", "Tên hộ kinh doanh (ghi bằng chữ in hoa)")),
         ("address", home("holder"), ("Địa điểm kinh doanh", "Địa chỉ kinh doanh", "Địa chỉ trụ sở hộ kinh doanh", "Địa chỉ trụ sở", "Trụ sở hộ kinh doanh")),
         ("phone", digits(0, 999, "0999000{0:03d}"), ("Điện thoại", "Số điện thoại", "ĐT", "Điện thoại liên hệ")),
         ("business_lines", fixed("Bán lẻ lương thực, thực phẩm", "Cắt tóc, làm đầu"), ("Ngành, nghề kinh doanh", "Ngành nghề kinh doanh", "Ngành nghề")),
         ("capital", money(2, 90), ("Vốn kinh doanh", "Số vốn kinh doanh", "Tổng số vốn kinh doanh", "Vốn")),
         ("holder_name", name("holder"), ("Họ và tên chủ hộ kinh doanh", "Họ và tên đại diện hộ kinh doanh", "Chủ hộ kinh doanh", "Họ và tên", "Họ, chữ đệm và tên", "Họ tên chủ hộ")),
         ("birth_date", born("holder"), BORN[:4]), ("sex", sex("holder"), SEX[:1]), ("ethnicity", people("holder"), PEOPLE[:1]), ("nationality", nation(), NATION),
         ("holder_id", bare_id("holder"), ("Số giấy tờ pháp lý của cá nhân", "Số giấy tờ", "Số CCCD", "Số định danh cá nhân", "Số CMND/CCCD", "Số giấy tờ pháp lý")),
         ("residence", home("holder"), ("Địa chỉ thường trú", "Nơi thường trú", "Nơi đăng ký hộ khẩu thường trú", "Hộ khẩu thường trú"))),
        head="issuer", issuer="office", roles=(("TRƯỞNG PHÒNG",), ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
    ),
    "DKDN": Paper(
        "DKDN", (("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP",), ("GIẤY CHỨNG NHẬN", "ĐĂNG KÝ DOANH NGHIỆP"), ("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN")),
        (("number", tax, ("Mã số doanh nghiệp", "Mã số DN", "Mã số thuế", "Mã số doanh nghiệp/Mã số thuế", "MSDN")),
         ("issued_on", issued, ("Đăng ký lần đầu", "Đăng ký lần đầu ngày", "Ngày đăng ký lần đầu", "Đăng ký lần đầu, ngày")),
         ("company_name", lambda f: (f"CÔNG TY TNHH {f.rng.choice(('THƯƠNG MẠI', 'XÂY DỰNG', 'DỊCH VỤ'))} MẪU VIỆT",) * 2, ("Tên công ty viết bằng tiếng Việt", "Tên công ty", "Tên doanh nghiệp", "Tên doanh nghiệp viết bằng tiếng Việt", "Tên tiếng Việt")),
         ("company_name_foreign", fixed("MAU VIET TRADING COMPANY LIMITED"), ("Tên công ty viết bằng tiếng nước ngoài", "Tên tiếng nước ngoài", "Tên doanh nghiệp viết bằng tiếng nước ngoài")),
         ("company_name_short", fixed("MAU VIET CO., LTD"), ("Tên công ty viết tắt", "Tên viết tắt", "Tên doanh nghiệp viết tắt")),
         ("address", home("holder"), ("Địa chỉ trụ sở chính", "Địa chỉ trụ sở", "Trụ sở chính", "Địa chỉ")),
         ("phone", digits(0, 999, "0999000{0:03d}"), ("Điện thoại", "Số điện thoại", "ĐT")),
         ("capital", money(20, 2000), ("Vốn điều lệ", "Tổng vốn điều lệ")),
         ("representative_name", name("holder"), ("Họ, chữ đệm và tên", "Họ và tên", "Họ và tên người đại diện theo pháp luật", "Người đại diện theo pháp luật", "Họ tên người đại diện")),
         ("representative_title", fixed("Giám đốc", "Tổng giám đốc"), ("Chức danh", "Chức vụ")),
         ("birth_date", born("holder"), BORN[:4]), ("sex", sex("holder"), SEX[:1]), ("ethnicity", people("holder"), PEOPLE[:1]), ("nationality", nation(), NATION),
         ("representative_id", bare_id("holder"), ("Số giấy tờ pháp lý của cá nhân", "Số giấy tờ", "Số CCCD", "Số định danh cá nhân", "Số CMND/CCCD")),
         ("residence", home("holder"), ("Địa chỉ thường trú", "Nơi thường trú", "Hộ khẩu thường trú", "Nơi đăng ký hộ khẩu thường trú"))),
        head="issuer", issuer="office", roles=(("TRƯỞNG PHÒNG",), ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
    ),
    "GPKDVT": Paper(
        "GPKDVT", (("GIẤY PHÉP", "KINH DOANH VẬN TẢI BẰNG XE Ô TÔ"), ("GIẤY PHÉP KINH DOANH VẬN TẢI BẰNG XE Ô TÔ",), ("GIẤY PHÉP KINH DOANH VẬN TẢI",)),
        (("company_name", fixed("CÔNG TY TNHH VẬN TẢI MẪU LONG", "HỢP TÁC XÃ VẬN TẢI TÂN MẪU"), ("Tên đơn vị kinh doanh", "Tên đơn vị kinh doanh vận tải", "Cấp cho đơn vị", "Tên đơn vị vận tải", "Cấp cho", "Đơn vị kinh doanh vận tải")),
         ("address", home("holder"), ("Địa chỉ", "Địa chỉ trụ sở", "Trụ sở")), ("phone", digits(0, 999, "0999000{0:03d}"), ("Số điện thoại", "Điện thoại")),
         ("tax_code", tax, ("Giấy chứng nhận đăng ký doanh nghiệp số", "Mã số doanh nghiệp", "Mã số thuế", "Số giấy chứng nhận đăng ký doanh nghiệp", "Giấy chứng nhận đăng ký kinh doanh số")),
         ("representative_name", name("holder"), ("Người đại diện theo pháp luật", "Họ và tên người đại diện theo pháp luật", "Đại diện theo pháp luật", "Người đại diện")),
         ("transport_kinds", fixed("Kinh doanh vận tải hành khách theo hợp đồng"), ("Các hình thức kinh doanh", "Hình thức kinh doanh", "Loại hình kinh doanh", "Loại hình vận tải"))),
        notation=("GPKDVT",), issuer="office", roles=(("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
    ),
    "GPLX": Paper(
        "GPLX", (("GIẤY PHÉP LÁI XE / DRIVER'S LICENSE",), ("GIẤY PHÉP LÁI XE", "DRIVER'S LICENSE"), ("GIẤY PHÉP LÁI XE",)),
        (("number", digits(10**11, 10**12 - 1), ("Số/No", "Số", "Số / No.", "Số GPLX")),
         ("holder_name", name("holder"), ("Họ tên/Full name", "Họ và tên/Full name", "Họ tên / Full name", "Họ và tên", "Họ tên")),
         ("birth_date", born("holder"), ("Ngày sinh/Date of Birth", "Ngày sinh", "Ngày sinh / Date of birth", "Ngày, tháng, năm sinh")),
         ("nationality", fixed("VIỆT NAM", "Việt Nam"), ("Quốc tịch/Nationality", "Quốc tịch")),
         ("residence", lambda f: (f"{f.where.ward}, {f.where.province}",) * 2, ("Nơi cư trú/Address", "Nơi cư trú", "Nơi cư trú / Address", "Địa chỉ/Address")),
         ("licence_class", fixed("A1", "B2", "C", "B", "A"), ("Hạng/Class", "Hạng", "Hạng / Class", "Hạng GPLX")),
         ("expires_on", after(3650), ("Có giá trị đến/Expires", "Có giá trị đến", "Có giá trị đến / Expires", "Có giá trị đến ngày")),
         ("", before(10), ("Ngày trúng tuyển",))),
        head="card", issuer="traffic", roles=(("GIÁM ĐỐC",), ("TRƯỞNG PHÒNG",), ("PHÓ GIÁM ĐỐC",)),
    ),
    "DKXE": Paper(
        "DKXE", (("CHỨNG NHẬN ĐĂNG KÝ XE Ô TÔ",), ("CHỨNG NHẬN ĐĂNG KÝ XE MÔ TÔ, XE GẮN MÁY",), ("GIẤY CHỨNG NHẬN ĐĂNG KÝ XE",), ("GIẤY ĐĂNG KÝ XE MÔ TÔ",)),
        (("number", digits(100000, 999999), ("Số (Number)", "Số", "Số/Number", "Số/No")),
         ("holder_name", name("holder"), ("Tên chủ xe (Owner's full name)", "Tên chủ xe", "Chủ xe", "Họ và tên chủ xe", "Tên chủ xe/Owner's full name")),
         ("holder_address", home("holder"), ("Địa chỉ (Address)", "Địa chỉ", "Nơi cư trú", "Nơi thường trú", "Địa chỉ/Address")),
         ("brand", fixed("HONDA", "YAMAHA", "TOYOTA"), ("Nhãn hiệu (Brand)", "Nhãn hiệu", "Nhãn hiệu xe", "Nhãn hiệu/Brand")),
         ("model", fixed("WAVE ALPHA", "VISION", "VIOS"), ("Số loại (Model code)", "Số loại", "Số loại/Model code")),
         ("vehicle_kind", fixed("Mô tô hai bánh", "Ô tô con"), ("Loại xe (Type)", "Loại xe", "Loại xe/Type")),
         ("color", fixed("Đỏ - Đen", "Trắng", "Xanh"), ("Màu sơn (Color)", "Màu sơn", "Màu xe", "Màu sơn/Color")),
         ("engine_number", letters(10), ("Số máy (Engine Nº)", "Số máy", "Số máy (Engine No)", "Số máy/Engine No")),
         ("chassis_number", letters(14), ("Số khung (Chassis Nº)", "Số khung", "Số khung (Chassis No)", "Số khung/Chassis No")),
         ("seats", digits(4, 9), ("Số chỗ ngồi", "Số chỗ", "Số chỗ (seats)", "Số chỗ ngồi (kể cả lái xe)")),
         ("plate", plate, ("Biển số đăng ký (Number Plate)", "Biển số đăng ký", "Biển số", "Biển kiểm soát", "Biển số xe", "Biển số đăng ký/Number plate"))),
        head="card", issuer="traffic", roles=(("TRƯỞNG PHÒNG",), ("PHÓ TRƯỞNG PHÒNG",)),
    ),
    "LLTP1": Paper(
        "LLTP1", (("PHIẾU LÝ LỊCH TƯ PHÁP SỐ 1",), ("PHIẾU LÝ LỊCH TƯ PHÁP", "SỐ 1"), ("PHIẾU LÝ LỊCH TƯ PHÁP SỐ 2",), ("PHIẾU LÝ LỊCH TƯ PHÁP",)),
        (("holder_name", name("holder"), NAME[:4]), ("sex", sex("holder"), SEX[:1]), ("birth_date", born("holder"), BORN), ("birth_place", lambda f: (f.where.province,) * 2, BORN_AT), ("nationality", nation(), NATION),
         ("residence", home("holder"), ("Nơi thường trú", "Địa chỉ thường trú", "Nơi cư trú", "Nơi đăng ký thường trú")), ("temporary_residence", fixed("Không"), ("Nơi tạm trú", "Địa chỉ tạm trú")),
         ("holder_id", told_id("holder"), ("Giấy CMND/Thẻ CCCD/Hộ chiếu", "Số CCCD", "Căn cước công dân số", "Số định danh cá nhân", "CMND/CCCD/Hộ chiếu số", "Thẻ căn cước công dân số", "Giấy chứng minh nhân dân/CCCD")),
         ("criminal_record", fixed("Không có án tích"), ("Tình trạng án tích", "Án tích"))),
        notation=("STP-LLTP", "LLTP", "PHSNV-LLTP"), issuer="justice", roles=(("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
    ),
    "HONGHEO": Paper(
        "HONGHEO", (("GIẤY CHỨNG NHẬN HỘ NGHÈO",), ("GIẤY CHỨNG NHẬN HỘ CẬN NGHÈO",), ("GIẤY CHỨNG NHẬN", "HỘ NGHÈO"), ("GIẤY CHỨNG NHẬN HỘ NGHÈO, HỘ CẬN NGHÈO",), ("GIẤY XÁC NHẬN HỘ CẬN NGHÈO",), ("SỔ HỘ NGHÈO",)),
        (("holder_name", name("holder"), ("Họ và tên chủ hộ", "Chủ hộ", "Họ, chữ đệm và tên chủ hộ", "Tên chủ hộ", "Chứng nhận hộ ông/bà", "Hộ ông (bà)")), ("birth_date", born("holder"), BORN[:4]), ("sex", sex("holder"), SEX[:1]), ("ethnicity", people("holder"), PEOPLE[:1]),
         ("holder_id", told_id("holder"), IDS[:5]), ("residence", home("holder"), HOME[:6]),
         ("", fixed("4"), ("Số nhân khẩu", "Số thành viên trong hộ"))),
        notation=("GCN-HN", "GCN", "HN"), intro=("CHỨNG NHẬN:", ""),
    ),
    "KHUYETTAT": Paper(
        "KHUYETTAT", (("GIẤY XÁC NHẬN KHUYẾT TẬT",), ("GIẤY XÁC NHẬN", "KHUYẾT TẬT"), ("GIẤY XÁC NHẬN MỨC ĐỘ KHUYẾT TẬT",)),
        (*_person("holder"), ("residence", home("holder"), HOME),
         ("disability", fixed("Vận động", "Nghe, nói", "Nhìn"), ("Dạng khuyết tật", "Dạng tật", "Loại khuyết tật")),
         ("disability_level", fixed("Nhẹ", "Nặng", "Đặc biệt nặng"), ("Mức độ khuyết tật", "Mức độ"))),
        notation=("GXNKT", "XNKT"), number_labels=("Số hiệu", "Số"), intro=("XÁC NHẬN:", ""),
    ),
    "GCS": Paper(
        "GCS", (("GIẤY CHỨNG SINH",), ("GIẤY CHỨNG SINH", "(Bản chính)")),
        (("mother_name", name("mother"), ("Họ và tên mẹ/Người nuôi dưỡng", "Họ và tên mẹ", "Họ, chữ đệm, tên mẹ", "Họ tên mẹ", "Họ và tên người mẹ", "Họ, chữ đệm và tên người mẹ")),
         ("mother_birth_year", year("mother"), ("Năm sinh", "Sinh năm")), ("mother_ethnicity", people("mother"), PEOPLE[:1]),
         ("", home("mother"), ("Nơi đăng ký thường trú", "Nơi thường trú", "Địa chỉ")),
         ("mother_id", bare_id("mother"), ("Số ĐDCN/Hộ chiếu", "Số CMND/CCCD", "Số CCCD", "Số định danh cá nhân", "Mã số định danh", "Số CCCD/Hộ chiếu", "Số CMND/CCCD/Hộ chiếu")),
         ("", name("father"), ("Họ và tên cha", "Họ tên cha")),
         ("birth_date", hour_day(2), ("Đã sinh con vào lúc", "Sinh con vào lúc", "Đã sinh con lúc", "Thời gian sinh", "Đã sinh vào lúc", "Ngày sinh con")),
         ("birth_place", lambda f: (f"Bệnh viện Đa khoa {f.city}",) * 2, ("Tại", "Nơi sinh", "Sinh tại")),
         ("sex", sex("child"), ("Giới tính của con", "Giới tính", "Giới tính con")), ("weight", digits(24, 41, "{0}00 gam"), ("Cân nặng", "Cân nặng của con", "Trọng lượng")),
         ("holder_name", name("child"), ("Dự định đặt tên con là", "Dự kiến đặt tên con là", "Dự định đặt tên con", "Tên dự kiến của con", "Dự định đặt tên con là (nếu có)"))),
        notation=("GCS",), issuer="hospital", roles=(("ĐẠI DIỆN CƠ SỞ KHÁM BỆNH, CHỮA BỆNH",), ("GIÁM ĐỐC",), ("THỦ TRƯỞNG CƠ SỞ Y TẾ",)),
    ),
    "VANBANG": Paper(
        "VANBANG", (("BẰNG CỬ NHÂN",), ("BẰNG TỐT NGHIỆP ĐẠI HỌC",), ("BẰNG KỸ SƯ",), ("BẰNG THẠC SĨ",), ("BẰNG TỐT NGHIỆP", "TRUNG HỌC PHỔ THÔNG"), ("BẰNG TỐT NGHIỆP CAO ĐẲNG",), ("BẰNG TỐT NGHIỆP TRUNG CẤP",)),
        (("holder_name", name("holder"), ("Cho", "Cấp cho", "Họ và tên", "Cho ông/bà", "Cấp cho ông (bà)", "Cấp bằng cho")), ("birth_date", born("holder"), ("Ngày sinh", "Sinh ngày", "Ngày, tháng, năm sinh")), ("birth_place", lambda f: (f.where.province,) * 2, BORN_AT),
         ("degree_field", fixed("Kế toán", "Luật", "Công nghệ thông tin"), ("Ngành đào tạo", "Ngành", "Chuyên ngành", "Ngành học")),
         ("grade", fixed("Giỏi", "Khá", "Xuất sắc"), ("Xếp loại tốt nghiệp", "Hạng tốt nghiệp", "Xếp loại", "Loại tốt nghiệp")),
         ("graduation_year", lambda f: (str(f.on.year),) * 2, ("Năm tốt nghiệp", "Tốt nghiệp năm")), ("", fixed("Chính quy"), ("Hình thức đào tạo",)),
         ("serial", digits(100000, 999999, "QH {0}"), ("Số hiệu", "Số hiệu bằng", "Số hiệu văn bằng")), ("number", lambda f: (f"{f.rng.randint(1, 2000)}/{f.on.year}",) * 2, ("Số vào sổ cấp bằng", "Số vào sổ gốc cấp văn bằng", "Số vào sổ", "Số vào sổ gốc cấp bằng", "Vào sổ cấp bằng số"))),
        head="foot", issuer="school", roles=(("HIỆU TRƯỞNG",), ("KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"), ("GIÁM ĐỐC",)),
    ),
    "ID": Paper(
        "ID", (("CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card"), ("CĂN CƯỚC", "IDENTITY CARD"), ("CĂN CƯỚC CÔNG DÂN",), ("THẺ CĂN CƯỚC CÔNG DÂN",)),
        (("number", bare_id("holder"), ("Số / No.", "Số/No", "Số định danh cá nhân / Personal identification number", "Số", "Số CCCD")),
         ("holder_name", name("holder"), ("Họ và tên / Full name", "Họ và tên", "Họ, chữ đệm và tên khai sinh / Full name", "Họ và tên/Full name")),
         ("birth_date", born("holder"), ("Ngày sinh / Date of birth", "Ngày sinh", "Ngày, tháng, năm sinh / Date of birth")), ("sex", sex("holder"), ("Giới tính / Sex", "Giới tính")), ("nationality", nation(), ("Quốc tịch / Nationality", "Quốc tịch")),
         ("hometown", place_full, ("Quê quán / Place of origin", "Quê quán")), ("residence", home("holder"), ("Nơi thường trú / Place of residence", "Nơi thường trú", "Nơi cư trú / Place of residence")),
         ("expires_on", after(3650), ("Có giá trị đến / Date of expiry", "Có giá trị đến", "Ngày, tháng, năm hết hạn / Date of expiry"))),
        head="card", issuer="none",
    ),
    "HC": Paper(
        "HC", (("HỘ CHIẾU / PASSPORT",), ("HỘ CHIẾU", "PASSPORT"), ("HỘ CHIẾU",)),
        (("number", digits(1000000, 9999999, "C{0}"), ("Số hộ chiếu / Passport No", "Số hộ chiếu", "Số hộ chiếu/Passport No.")),
         ("holder_name", name("holder"), ("Họ và tên / Full name", "Họ và tên")), ("birth_date", born("holder"), ("Ngày sinh / Date of birth", "Ngày sinh")), ("sex", sex("holder"), ("Giới tính / Sex", "Giới tính")),
         ("birth_place", lambda f: (f.city,) * 2, ("Nơi sinh / Place of birth", "Nơi sinh")), ("holder_id", bare_id("holder"), ("Số GCMND / ID card No", "Số ĐDCN/CMND", "Số định danh cá nhân / Personal ID No", "Số CCCD")),
         ("issued_on", issued, ("Ngày cấp / Date of issue", "Ngày cấp")), ("expires_on", after(3650), ("Có giá trị đến / Date of expiry", "Có giá trị đến"))),
        head="card", issuer="none",
    ),
}  # fmt: skip
KINDS = (*PAPERS, "CONGVAN", "QUYETDINH", "THONGBAO")
