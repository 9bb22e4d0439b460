"""Clients that two generators make from the published contract, as partners have them, reading our answers."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import yaml
from django.test import Client as Browser

PUBLISHED = Path(__file__).parent / "published.yaml"


def with_json_alone() -> dict[str, Any]:
    """The contract as openapi-python-client can use it: of the media types it takes the first, and reads no text."""
    contract: dict[str, Any] = yaml.safe_load(PUBLISHED.read_text())
    for operation in (operation for path in contract["paths"].values() for operation in path.values()):
        for part in [operation.get("requestBody", {}), *operation["responses"].values()]:
            if content := part.get("content"):
                part["content"] = {"application/json": content["application/json"]}
    return contract


def generate(folder: Path) -> None:
    """Make the packages `partners_client` (openapi-python-client) and `partners_models` (datamodel-code-generator)."""
    contract, config = folder / "contract.json", folder / "config.yaml"
    contract.write_text(json.dumps(with_json_alone()))
    config.write_text("post_hooks: []\n")
    client = ["generate", "--path", str(contract), "--config", str(config), "--meta", "none"]
    models = ["--input", str(contract), "--input-file-type", "openapi", "--extra-fields", "allow"]
    models += ["--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"]
    programs = Path(sys.executable).parent
    for command in (
        [str(programs / "openapi-python-client"), *client, "--output-path", str(folder / "partners_client")],
        [str(programs / "datamodel-codegen"), *models, "--output", str(folder / "partners_models")],
    ):
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


@dataclass
class GeneratedClient:
    """A partner's program: it calls with one generator's client, and lets the other's models read the answer too."""

    key: str
    contract: dict[str, Any] = field(default_factory=with_json_alone)
    seen: set[tuple[str, int]] = field(default_factory=set)  # operation and status

    def __post_init__(self) -> None:
        """Connect it to the application, without a server between them."""
        package = importlib.import_module("partners_client")
        self._models = importlib.import_module("partners_models")
        self._client = package.AuthenticatedClient(
            base_url="http://localhost", token=self.key, prefix="", auth_header_name="XApiKey"
        )
        headers, transport = {"XApiKey": self.key}, httpx.MockTransport(_answer)
        self._client.set_httpx_client(httpx.Client(base_url="http://localhost", headers=headers, transport=transport))

    def call(self, operation: str, *path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        """Call, let both read the answer, and return what it says."""
        called = _operation(operation)
        arguments = {**query} if body is None else {"body": _body(called).from_dict(body)}
        answer = called.sync_detailed(*path, client=self._client, **arguments)
        assert answer.parsed is not None, (operation, answer.status_code, answer.content)
        said: Any = json.loads(answer.content)
        self._let_models_read(operation, answer.status_code, said)
        self.seen.add((operation, int(answer.status_code)))
        return said

    def _let_models_read(self, operation: str, status: int, said: Any) -> None:
        responses = next(
            each["responses"]
            for path in self.contract["paths"].values()
            for each in path.values()
            if each["operationId"] == operation
        )
        schema = responses[str(int(status))]["content"]["application/json"]["schema"]
        model = getattr(self._models, (schema.get("items") or schema)["$ref"].rpartition("/")[2])
        for each in said if "items" in schema else [said]:
            model.model_validate_json(json.dumps(each), strict=True)


def _answer(request: httpx.Request) -> httpx.Response:
    headers = dict(request.headers)
    content_type = headers.pop("content-type", "")
    path = request.url.raw_path.decode()
    answer = Browser().generic(request.method, path, request.read(), content_type=content_type, headers=headers)
    return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


def _operation(name: str) -> ModuleType:
    folder = Path(importlib.import_module("partners_client.api").__path__[0])
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    [module] = folder.glob(f"*/{snake}.py")
    return importlib.import_module(f"partners_client.api.{module.parent.name}.{snake}")


def _body(operation: ModuleType) -> Any:
    name = "CreateClientRequest" if hasattr(operation, "CreateClientRequest") else "PreviewCaseRequestApiViewModel"
    return getattr(operation, name)
