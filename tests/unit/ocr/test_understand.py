"""From read text to type and fields, without any picture: the text is laid out as a reader would give it."""

from __future__ import annotations

from ocr import Code, FieldValue, Line, PageText, Template, Understanding, Word, understand
from tests.unit.ocr.test_search import QUALITY

Row = tuple[int, int, str]
"""Left and top in pixels of a page 1654 x 2339, and the text; characters are 16 wide and 36 high."""


def read(*rows: Row, conf: float = 0.95, codes: tuple[Code, ...] = ()) -> PageText:
    lines = []
    for left, top, text in rows:
        words, place = [], left
        for part in text.split():
            words.append(Word(part, conf, (place, top, place + 16 * len(part), top + 36)))
            place += 16 * (len(part) + 1)
        lines.append(Line(tuple(words)))
    return PageText(1654, 2339, 200, tuple(lines), QUALITY, codes)


def values(paper: Understanding) -> dict[str, str]:
    return {name: field.value for name, field in paper.fields.items()}


LETTER = read(
    (250, 120, "BỘ MẪU"),
    (850, 120, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (200, 165, "CỤC THỬ NGHIỆM"),
    (950, 165, "Độc lập - Tự do - Hạnh phúc"),
    (220, 250, "Số: 2118 /TN&KT-P6"),
    (900, 250, "Hà Nội, ngày24 tháng06 năm 2026"),
    (230, 310, "V/v đề nghị góp ý dự thảo"),
    (330, 420, "Kính gửi: Các đơn vị"),
    (250, 560, "Thực hiện Kế hoạch ngày 01 tháng 02 năm 2020, số 99/KH"),
    (250, 1300, "Nơi nhận:"),
    (250, 1340, "- Như trên;"),
    (1000, 1300, "KT. CỤC TRƯỞNG"),
    (1000, 1340, "PHÓ CỤC TRƯỞNG"),
    (1000, 1600, "Đại tá Nguyễn Thanh Mẫu"),
)


def test_an_official_letter_by_its_boxes(templates: list[Template]) -> None:
    paper = understand([LETTER], templates)
    assert paper.type.code == "CONGVAN"
    assert paper.type.confidence > 0.5
    found = values(paper)
    assert found["number"] == "2118/TN&KT-P6"
    assert found["issued_on"] == "2026-06-24"
    assert found["place"] == "Hà Nội"
    assert found["issuer"] == "CỤC THỬ NGHIỆM"
    assert found["subject"] == "đề nghị góp ý dự thảo"
    assert found["signer"] == "Nguyễn Thanh Mẫu"
    assert found["recipient"] == "Các đơn vị"
    assert paper.fields["number"].box[1] == 250


BIRTH = read(
    (850, 100, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (1300, 160, "Số: 125/2023"),
    (650, 220, "GIẤY KHAI SINH"),
    (200, 300, "Họ, chữ đệm, tên: NGUYỄN THỊ MẪU"),
    (200, 360, "Ngày, tháng, năm sinh: 15/03/2023"),
    (200, 420, "Ghi bằng chữ: Ngày mười lăm, tháng ba, năm hai nghìn không trăm"),
    (200, 470, "hai mươi ba"),
    (200, 540, "Giới tính: Nữ Dân tộc: Kinh Quốc tịch: Việt Nam"),
    (200, 600, "Nơi sinh: Bệnh viện Mẫu, phường Thử, thành phố Hải Phòng"),
    (200, 660, "Quê quán: xã Mẫu, thành phố Hải Phòng"),
    (200, 720, "Số định danh cá nhân: 031323001234"),
    (200, 780, "Họ, chữ đệm, tên người mẹ: TRẦN THỊ THỬ"),
    (200, 840, "Năm sinh: 1995 Dân tộc: Tày Quốc tịch: Việt Nam"),
    (200, 900, "Nơi cư trú: số 1 đường Mẫu"),
    (200, 960, "Họ, chữ đệm, tên người cha: NGUYỄN VĂN THỬ"),
    (200, 1020, "Năm sinh: 1992 Dân tộc: Kinh Quốc tịch: Việt Nam"),
    (200, 1080, "Nơi cư trú: số 1 đường Mẫu"),
    (200, 1200, "Nơi đăng ký khai sinh: Ủy ban nhân dân phường Thử"),
    (200, 1260, "Ngày, tháng, năm đăng ký: 20/03/2023"),
)


def test_a_birth_certificate_keeps_child_mother_and_father_apart(templates: list[Template]) -> None:
    paper = understand([BIRTH], templates)
    assert paper.type.code == "KS"
    assert values(paper) == {
        "number": "125/2023",
        "holder_name": "NGUYỄN THỊ MẪU",
        "birth_date": "2023-03-15",
        "birth_date_words": "Ngày mười lăm, tháng ba, năm hai nghìn không trăm hai mươi ba",
        "sex": "NỮ",
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "birth_place": "Bệnh viện Mẫu, phường Thử, thành phố Hải Phòng",
        "hometown": "xã Mẫu, thành phố Hải Phòng",
        "holder_id": "031323001234",
        "mother_name": "TRẦN THỊ THỬ",
        "mother_birth_year": "1995",
        "mother_ethnicity": "Tày",
        "mother_nationality": "Việt Nam",
        "mother_residence": "số 1 đường Mẫu",
        "father_name": "NGUYỄN VĂN THỬ",
        "father_birth_year": "1992",
        "father_ethnicity": "Kinh",
        "father_nationality": "Việt Nam",
        "father_residence": "số 1 đường Mẫu",
        "issuer": "Ủy ban nhân dân phường Thử",
        "issued_on": "2023-03-20",
    }
    assert paper.warnings == ()


def test_agreement_raises_trust_and_contradiction_lowers_it(templates: list[Template]) -> None:
    before = understand([BIRTH], templates).fields["birth_date"]
    assert before.confidence > 0.95
    assert before.accept
    assert before.evidence["agrees"] == 1
    rows = [(line.box[0], line.box[1], line.text.replace("15/03/2023", "16/03/2024")) for line in BIRTH.lines]
    paper = understand([read(*rows)], templates)
    assert paper.fields["birth_date"].value == "2024-03-16"
    assert paper.fields["birth_date"].confidence <= 0.4
    assert not paper.fields["birth_date"].accept
    assert "DATE_NOT_AS_IN_WORDS:birth_date" in paper.warnings
    assert "ID_NOT_OF_BIRTH_YEAR:holder_id,birth_date" in paper.warnings


def test_a_value_that_does_not_fit_its_syntax_is_shown_but_not_claimed(templates: list[Template]) -> None:
    rows = [(line.box[0], line.box[1], line.text.replace("20/03/2023", "2O/03/2023")) for line in BIRTH.lines]
    paper = understand([read(*rows)], templates)
    assert paper.fields["issued_on"] == FieldValue("", 0.0, 0, paper.fields["issued_on"].box, "2O/03/2023")
    assert "FIELD_UNREADABLE:issued_on" in paper.warnings


def test_a_marriage_certificate_keeps_its_columns_apart(templates: list[Template]) -> None:
    paper = understand(
        [
            read(
                (550, 120, "GIẤY CHỨNG NHẬN KẾT HÔN"),
                (1200, 180, "Số: 119/2026"),
                (120, 300, "Họ, chữ đệm, tên vợ:"),
                (860, 300, "Họ, chữ đệm, tên chồng:"),
                (120, 350, "LÊ THỊ MẪU"),
                (860, 350, "PHẠM VĂN THỬ"),
                (120, 400, "Ngày, tháng, năm sinh: 01/02/1996"),
                (860, 400, "Ngày, tháng, năm sinh: 03/04/1994"),
                (120, 450, "Dân tộc: Kinh Quốc tịch: Việt Nam"),
                (860, 450, "Dân tộc: Mường Quốc tịch: Việt Nam"),
                (120, 500, "Nơi cư trú: xã Mẫu"),
                (860, 500, "Nơi cư trú: xã Thử"),
                (120, 600, "Nơi đăng ký kết hôn: UBND xã Mẫu"),
                (120, 650, "Ngày, tháng, năm đăng ký: 05/06/2026"),
            )
        ],
        templates,
    )
    assert paper.type.code == "KH"
    found = values(paper)
    assert (found["wife_name"], found["husband_name"]) == ("LÊ THỊ MẪU", "PHẠM VĂN THỬ")
    assert (found["wife_birth_date"], found["husband_birth_date"]) == ("1996-02-01", "1994-04-03")
    assert (found["wife_ethnicity"], found["husband_ethnicity"]) == ("Kinh", "Mường")
    assert (found["wife_residence"], found["husband_residence"]) == ("xã Mẫu", "xã Thử")
    assert (found["number"], found["issued_on"]) == ("119/2026", "2026-06-05")


def test_an_identity_card_is_read_from_its_code(templates: list[Template]) -> None:
    text = "031090012345|012345678|Nguyễn Văn Mẫu|15031990|Nam|Số 1, xã Thử, Hải Phòng|01012022|thêm"
    card = read(
        (300, 100, "CĂN CƯỚC CÔNG DÂN"),
        (300, 150, "Citizen Identity Card"),
        (300, 250, "Số / No.: 03109OO12345"),
        (300, 300, "Họ và tên / Full name:"),
        (300, 350, "NGUYÊN VĂN MÂU"),
        codes=(Code(text, "QR", (10, 10, 90, 90)),),
    )
    paper = understand([card], templates)
    assert paper.type.code == "ID"
    found = values(paper)
    assert found["number"] == found["holder_id"] == "031090012345"
    assert (found["holder_name"], found["birth_date"]) == ("Nguyễn Văn Mẫu", "1990-03-15")
    assert paper.fields["holder_name"].box == (10, 10, 90, 90)


def test_a_decision_about_permits_is_a_decision(templates: list[Template]) -> None:
    paper = understand(
        [
            read(
                (200, 120, "ỦY BAN NHÂN DÂN"),
                (850, 120, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
                (200, 165, "XÃ MẪU"),
                (200, 250, "Số: 15/QĐ-UBND"),
                (900, 250, "Xã Mẫu, ngày 5 tháng 6 năm 2026"),
                (700, 400, "QUYẾT ĐỊNH"),
                (500, 450, "Về việc thu hồi giấy phép xây dựng"),
                (250, 600, "Căn cứ Luật Tổ chức chính quyền địa phương;"),
                (250, 800, "Điều 1. Thu hồi giấy phép."),
                (250, 900, "Điều 2. Quyết định này có hiệu lực từ ngày ký."),
                (1000, 1300, "TM. ỦY BAN NHÂN DÂN"),
                (1000, 1340, "CHỦ TỊCH"),
                (1000, 1600, "Lê Mẫu Thử"),
            )
        ],
        templates,
    )
    assert paper.type.code == "QUYETDINH"
    found = values(paper)
    assert found["issuer"] == "ỦY BAN NHÂN DÂN XÃ MẪU"
    assert (found["number"], found["issued_on"], found["signer"]) == ("15/QĐ-UBND", "2026-06-05", "Lê Mẫu Thử")
    assert found["subject"] == "thu hồi giấy phép xây dựng"


def test_what_fits_nothing_is_other(templates: list[Template]) -> None:
    paper = understand([read((200, 200, "Thực đơn hôm nay: phở bò"))], templates)
    assert paper.type.code == "OTHER"
    assert understand([], templates).type.code == "OTHER"
    assert understand([LETTER], []).fields == {}


def test_a_person_can_say_what_it_is(templates: list[Template]) -> None:
    paper = understand([BIRTH], templates, type_code="KTU")
    assert paper.type.code == "KTU"
    assert "FIELD_MISSING:death_date" in paper.warnings


def test_values_survive_json(templates: list[Template]) -> None:
    paper = understand([BIRTH], templates)
    again = Understanding.from_dict(paper.as_dict())
    assert again.as_dict() == paper.as_dict()
    assert PageText.from_dict(BIRTH.as_dict()) == BIRTH


def test_an_issuer_read_in_one_line_with_the_motto_and_a_signer_beside_a_seal(templates: list[Template]) -> None:
    paper = understand(
        [
            read(
                (150, 120, "UBND HUYỆN THỬ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
                (150, 165, "UBND XÃ MẪU"),
                (150, 250, "Số: 7/TB-UBND"),
                (900, 250, "Xã Mẫu, ngày 5 tháng 6 năm 2026"),
                (700, 400, "THÔNG BÁO"),
                (1000, 1300, "HG CHỦ TỊCH"),
                (1000, 1450, "BẢN MẪU"),
                (1000, 1600, "Lê Mẫu Thử"),
            )
        ],
        templates,
    )
    assert paper.type.code == "THONGBAO"
    assert values(paper)["issuer"] == "UBND XÃ MẪU"
    assert values(paper)["signer"] == "Lê Mẫu Thử"


def test_a_value_may_go_on_with_a_word_that_is_a_label_elsewhere(templates: list[Template]) -> None:
    rows = [(line.box[0], line.box[1], line.text) for line in BIRTH.lines]
    rows += [(200, 1120, "Họ, chữ đệm, tên người đi khai sinh: NGUYỄN VĂN THỬ")]
    rows += [(200, 1160, "Giấy tờ tùy thân: Căn cước công dân"), (200, 1198, "số 031092001234")]
    rows = [row for row in rows if not row[2].startswith("Nơi đăng ký")]
    assert values(understand([read(*rows)], templates))["declarant_id"] == "031092001234"


def test_a_speck_of_a_watermark_is_no_part_of_a_value(templates: list[Template]) -> None:
    rows = [(line.box[0], line.box[1], line.text) for line in BIRTH.lines if not line.text.startswith("Quê quán")]
    paper = read(*rows, (200, 660, "Quê quán"), (700, 660, "xã Mẫu, thành phố Hải Phòng"))
    speck = read((1500, 660, "mm"), conf=0.2)
    spoiled = PageText(paper.width, paper.height, paper.dpi, (*paper.lines, *speck.lines), paper.quality)
    assert values(understand([spoiled], templates))["hometown"] == "xã Mẫu, thành phố Hải Phòng"


def beside(text: str, conf: float, box: tuple[int, int, int, int]) -> Line:
    """A line of any height."""
    return Line((Word(text, conf, box),))


def test_strokes_of_a_watermark_beside_a_label_are_no_value(templates: list[Template]) -> None:
    """Tall and unsure: between a label and its value, and where the value stands below. Tall print is read."""
    rows = [(line.box[0], line.box[1], line.text) for line in BIRTH.lines if not line.text.startswith("Quê quán")]
    value = "xã Mẫu, thành phố Hải Phòng"
    for place, strokes in (((800, 660), (420, 610, 760, 750)), ((220, 700), (600, 600, 1300, 740))):
        paper = read(*rows, (200, 660, "Quê quán"), (*place, value))
        for conf in (0.3, 0.95):
            lines = (*paper.lines, beside("SAOLUU", conf, strokes))
            found = values(understand([PageText(1654, 2339, 200, lines, QUALITY)], templates))
            assert ("SAOLUU" in found["hometown"]) == (conf > 0.9)
            if conf < 0.5:
                assert found["hometown"] == value


def test_the_colon_that_a_leader_leaves_begins_no_label(templates: list[Template]) -> None:
    rows = [(line.box[0], line.box[1], line.text) for line in BIRTH.lines if not line.text.startswith("Quê quán")]
    paper = read(*rows, (200, 660, "Quê quán: xã Mẫu, thành :"), (220, 698, "phố Hải Phòng"))
    assert values(understand([paper], templates))["hometown"].startswith("xã Mẫu, thành")


def test_the_day_of_signing_in_the_row_of_a_label_is_not_its_value(templates: list[Template]) -> None:
    page = read(
        (150, 100, "CÔNG AN TỈNH MẪU"),
        (850, 100, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (500, 260, "CHỨNG NHẬN ĐĂNG KÝ XE Ô TÔ"),
        (150, 340, "Số (Number): 26503976"),
        (150, 420, "Tên chủ xe (Owner's full name): NGUYỄN QUỐC MẪU"),
        (150, 500, "Nhãn hiệu (Brand): KIA"),
        (150, 600, "Biển số đăng ký (Number Plate)"),
        (950, 600, "Cần Thơ, ngày 23 tháng 10 năm 2025"),
        (1050, 660, "TRƯỞNG PHÒNG"),
        (200, 680, "65H-855.70"),
    )
    found = values(understand([page], templates))
    assert found["plate"] == "65H-855.70"
    assert found["issued_on"] == "2025-10-23"
