"""Kubernetes and KEDA would accept every object; a misspelt field is seen."""

from copy import deepcopy
from pathlib import Path

import kubernetes_validate
import pytest
from cloudcoil.models.keda.v1alpha1 import ScaledObject

from tests.unit.kubernetes.manifests import BASE, GPU, Manifest, built, of_kind

BOTH = pytest.mark.parametrize("folder", [BASE, GPU], ids=["base", "gpu"])
KUBERNETES = "1.33"
"""The oldest version that is promised to work."""


def accept(manifest: Manifest) -> None:
    """Compare with the published schema, unknown fields forbidden."""
    if manifest["kind"] == "ScaledObject":
        # The models ignore what they do not know: whatever was ignored is missing here.
        known = ScaledObject.model_validate(manifest)
        assert known.model_dump(mode="json", by_alias=True, exclude_unset=True) == manifest
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@BOTH
def test_every_object_matches_its_schema(folder: Path) -> None:
    for manifest in built(folder):
        accept(manifest)


def test_a_misspelt_field_of_kubernetes_is_seen() -> None:
    wrong = deepcopy(of_kind("Deployment")["api-gateway"])
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 30

    with pytest.raises(kubernetes_validate.ValidationError, match="terminationGracePeriod"):
        accept(wrong)


def test_a_misspelt_field_of_keda_is_seen() -> None:
    wrong = deepcopy(of_kind("ScaledObject")["stt-worker-whisper"])
    wrong["spec"]["maxReplicas"] = 6

    with pytest.raises(AssertionError):
        accept(wrong)
