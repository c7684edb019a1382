"""The toy model and the shipped one, each loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.files import MANIFEST, WEIGHTS
from classifier.model import ModelSettings, SentimentModel, load_model
from tests.classifier.toy import toy_weights


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_weights(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy(toy_folder: Path) -> SentimentModel:
    return load_model(ModelSettings(weights=toy_folder))


@pytest.fixture(scope="session")
def shipped() -> SentimentModel:
    assert (WEIGHTS / MANIFEST).is_file(), "the shipped weights are missing: git checkout -- classifier/weights"
    return load_model(ModelSettings())
