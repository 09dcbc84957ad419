"""The bill of materials of an image: CycloneDX 1.6, the same bytes for the same image."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from services.local.images.distributions import Distribution
from services.local.images.request import BuildFailed, Revision

__all__ = ["write_sbom"]


def write_sbom(service: str, digest: str, revision: Revision, distributions: list[Distribution]) -> str:
    """The document, checked against the standard's schema. Raises BuildFailed."""
    image = Component(
        type=ComponentType.CONTAINER,
        name=f"skep/{service}",
        version=revision.name,
        bom_ref="image",
        purl=PackageURL("oci", None, service, digest),
    )
    components = [_describe(distribution) for distribution in distributions]
    bom = Bom(
        components=components,
        serial_number=uuid5(NAMESPACE_OID, digest),
        metadata=BomMetaData(component=image, timestamp=revision.created),
    )
    bom.register_dependency(image, components)
    text = JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise BuildFailed(f"The bill of materials of {service} is no CycloneDX 1.6: {error}")
    return text


def _describe(distribution: Distribution) -> Component:
    qualifiers = {"arch": distribution.architecture} if distribution.architecture else {}
    space = "debian" if distribution.kind == "deb" else None
    purl = PackageURL(distribution.kind, space, distribution.name, distribution.version, qualifiers)
    return Component(
        type=ComponentType.LIBRARY,
        name=distribution.name,
        version=distribution.version,
        bom_ref=str(purl),
        purl=purl,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=distribution.sha256)] if distribution.sha256 else (),
        licenses=[LicenseFactory().make_from_string(distribution.license)] if distribution.license else (),
    )
