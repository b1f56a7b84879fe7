"""A whole invented PKI, declared in one place and brought to life by certomancer: root, issuing CA, OCSP, CRL, TSA.

Clocks stand still: every service answers as of the moment that a test names. Nothing opens a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from asn1crypto import ocsp, tsp
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing import Evidence, Sealer, Trust, collect_evidence

ADDRESS = "http://pki.example.vn"
KEYS = ("root", "issuing", "ocsp", "rogue-ocsp", "tsa", "tsa-2035", "signer", "revoked")
DECLARED = """
external-url-prefix: http://pki.example.vn
keysets:
  office: {keys: {}}
pki-architectures:
  office:
    keyset: office
    entity-defaults: {country-name: VN, organization-name: "Sở Thử nghiệm (BẢN MẪU)"}
    entities:
      root: {common-name: "Root CA (BẢN MẪU)"}
      issuing: {common-name: "Issuing CA (BẢN MẪU)"}
      ocsp: {common-name: "OCSP (BẢN MẪU)"}
      rogue-ocsp: {common-name: "Not an OCSP responder (BẢN MẪU)"}
      tsa: {common-name: "TSA (BẢN MẪU)"}
      tsa-2035: {common-name: "TSA 2035 (BẢN MẪU)"}
      signer: {common-name: "Văn phòng Ỹ La (BẢN MẪU)"}
      revoked: {common-name: "Con dấu thu hồi (BẢN MẪU)"}
    certs:
      root:
        issuer: root
        validity: &long {valid-from: "2015-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}
        profiles: [{id: simple-ca, params: {crl-repo: root}}]
      issuing:
        issuer: root
        validity: *long
        profiles: [{id: simple-ca, params: {max-path-len: 0, crl-repo: issuing, ocsp-service: issuing}}]
      ocsp:
        issuer: issuing
        validity: *long
        profiles: [ocsp-responder]
      rogue-ocsp:
        issuer: issuing
        validity: *long
        profiles: [digsig-commitment]
      tsa:
        issuer: issuing
        validity: {valid-from: "2018-01-01T00:00:00+0000", valid-to: "2036-01-01T00:00:00+0000"}
        extensions: &stamping
          - {id: key_usage, critical: true, smart-value: {schema: key-usage, params: [digital_signature]}}
          - {id: extended_key_usage, critical: true, value: [time_stamping]}
      tsa-2035: {issuer: issuing, validity: *long, extensions: *stamping}
      signer: &seal
        issuer: issuing
        validity: {valid-from: "2019-06-01T00:00:00+0000", valid-to: "2021-06-01T00:00:00+0000"}
        profiles: [digsig-commitment]
      revoked:
        <<: *seal
        revocation: {revoked-since: "2020-03-01T00:00:00+0000", reason: key_compromise}
    services:
      ocsp:
        issuing: {for-issuer: issuing, responder-cert: ocsp}
        rogue: {for-issuer: issuing, responder-cert: rogue-ocsp}
        by-ca: {for-issuer: issuing, responder-cert: issuing}
        wrong-key: {for-issuer: issuing, responder-cert: ocsp, signing-key: rogue-ocsp}
        endless: {for-issuer: issuing, responder-cert: ocsp, validity-period: 0}
      crl-repo:
        root: {for-issuer: root, simulated-update-schedule: P90D}
        issuing: {for-issuer: issuing, simulated-update-schedule: P30D}
      time-stamping:
        tsa: {signing-cert: tsa}
        tsa-2035: {signing-cert: tsa-2035}
"""


@dataclass
class Certomancy:
    """The PKI at one moment. `at` is the clock of all its services; `asked` the addresses that were fetched."""

    arch: Any
    keys: Path
    at: datetime
    responder: str = "issuing"
    authority: str = "tsa"
    asked: list[str] = field(default_factory=list)

    def certificate(self, label: str) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.arch.get_cert(CertLabel(label)).dump())

    def chain(self, label: str) -> tuple[x509.Certificate, ...]:
        """End entity first, root last."""
        return self.certificate(label), self.certificate("issuing"), self.certificate("root")

    def sealer(self, label: str) -> Sealer:
        own, issuing, _ = self.chain(label)
        pem = own.public_bytes(Encoding.PEM) + issuing.public_bytes(Encoding.PEM)
        return Sealer.from_pem((self.keys / f"{label}.pem").read_bytes(), pem)

    @property
    def trust(self) -> Trust:
        return Trust.from_pem(self.certificate("root").public_bytes(Encoding.PEM))

    def timestamp(self, digest: bytes) -> bytes:
        """`Timestamper`: what certomancer's authority answers at `at`."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
        request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
        authority = self.arch.service_registry.summon_timestamper(ServiceLabel(self.authority), self.at)
        return bytes(authority.request_tsa_response(request)["time_stamp_token"].dump())

    def fetch(self, url: str, body: bytes | None) -> bytes:
        """What the addresses in the certificates answer."""
        self.asked.append(url)
        services = self.arch.service_registry
        if body is None:
            label = next(info.label for info in services.list_crl_repos() if info.latest_external_url == url)
            return bytes(services.get_crl(label, self.at).dump())
        assert url == services.get_ocsp_info(ServiceLabel("issuing")).url
        return self.ocsp(body)

    def ocsp(self, request: bytes) -> bytes:
        """What the responder that is on duty answers at `at`."""
        service = self.arch.service_registry.summon_responder(ServiceLabel(self.responder), self.at)
        return bytes(service.build_ocsp_response(ocsp.OCSPRequest.load(request)).dump())

    def collect(self, *labels: str, fetch: Callable[[str, bytes | None], bytes] | None = None) -> Evidence:
        """What `collect_evidence` brings home for these certificates at `at`."""
        parts = [collect_evidence(self.chain(one), fetch=fetch or self.fetch, now=self.at) for one in labels]
        return sum(parts, Evidence())


def conjure(folder: Path, at: datetime) -> Certomancy:
    """The PKI with fresh P-256 keys in `folder`, its clock at `at`."""
    declared = yaml.safe_load(DECLARED)
    for name in KEYS:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
        declared["keysets"]["office"]["keys"][name] = {"path": f"{name}.pem"}
    config = CertomancerConfig(declared, key_search_dir=str(folder))
    return Certomancy(config.get_pki_arch(ArchLabel("office")), folder, at)
