"""Settings every service has, read from the environment and from files for secrets.

Each name is AMENDS_ and the field in capitals. A value may also come from the file that AMENDS_<NAME>_FILE
names, or from a file AMENDS_<NAME> in the secrets folder. No message ever shows a value.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from typing_extensions import override

from eventlog.kafka.access import KafkaAccess, Login, Mechanism, Security

PREFIX: Final = "AMENDS_"
_FILE_SUFFIX: Final = "_FILE"
_KAFKA: Final = f"{PREFIX}KAFKA_"
_TOGETHER: Final = (
    ("USER", "PASSWORD"),
    ("PASSWORD", "USER"),
    ("CERTIFICATE_FILE", "KEY_FILE"),
    ("KEY_FILE", "CERTIFICATE_FILE"),
)
_HALF: Final = "setting_without_its_other"
_SECRET_BYTES_MAX: Final = 65_536
_KEY_BYTES: Final = 32

S = TypeVar("S", bound="ServiceSettings")


class SettingsBroken(Exception):  # noqa: N818 - names the condition
    """A setting is missing or cannot be used; the message names each variable and what to set, never a value."""


class _FromFiles(EnvSettingsSource):
    """Values that stand in files: where AMENDS_<NAME>_FILE says, else in the secrets folder."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the file's text without its last line end."""
        variable = f"{self.env_prefix}{field_name}"
        named = self._environment(f"{variable}{_FILE_SUFFIX}")
        if named is not None:
            if self._environment(variable) is not None:
                name = variable.upper()
                raise SettingsBroken(f"{name} and {name}{_FILE_SUFFIX} are both set: keep one of them")
            return text_of(named, f"{variable.upper()}{_FILE_SUFFIX}"), field_name, False
        folder = self._environment(f"{self.env_prefix}secrets_dir")
        kept = Path(folder) / variable.upper() if folder else None
        if kept is not None and kept.is_file():
            return text_of(kept, f"{PREFIX}SECRETS_DIR"), field_name, False
        return None, field_name, False

    def _environment(self, variable: str) -> str | None:
        return self.env_vars.get(variable.lower())


class KafkaSettings(BaseModel):
    """How the brokers are reached. A login goes over TLS or not at all, and nothing may be half said."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kafka: Annotated[str, Field(min_length=1, description="the brokers, host:port, separated by commas")]
    kafka_tls: Annotated[
        bool, Field(description="true where the brokers are reached over TLS, else false")
    ] = False
    kafka_ca_file: Annotated[
        Path | None, Field(description="a PEM file of the authority that issued the brokers' certificates")
    ] = None
    kafka_user: Annotated[str | None, Field(min_length=1, description="the user this service logs in as")] = (
        None
    )
    kafka_password: Annotated[SecretStr | None, Field(min_length=1, description="the user's password")] = None
    kafka_mechanism: Annotated[Mechanism, Field(description="SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN")] = (
        "SCRAM-SHA-512"
    )
    kafka_certificate_file: Annotated[
        Path | None, Field(description="a PEM file with our own certificate, for brokers that ask for one")
    ] = None
    kafka_key_file: Annotated[
        Path | None, Field(description="a PEM file with that certificate's key, without a password")
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        told = {
            "CA_FILE": self.kafka_ca_file,
            "CERTIFICATE_FILE": self.kafka_certificate_file,
            "KEY_FILE": self.kafka_key_file,
            "PASSWORD": self.kafka_password,
            "USER": self.kafka_user,
        }
        for one, other in _TOGETHER:
            if told[one] is not None and told[other] is None:
                raise _half(f"{_KAFKA}{one} is set without {_KAFKA}{other}: set both or neither")
        if "kafka_mechanism" in self.model_fields_set and self.kafka_user is None:
            raise _half(f"{_KAFKA}MECHANISM is set without {_KAFKA}USER: set both or neither")
        unsafe = [f"{_KAFKA}{name}" for name, value in told.items() if value is not None]
        if unsafe and not self.kafka_tls:
            raise _half(
                f"{', '.join(unsafe)} set without {_KAFKA}TLS: nobody logs in over a plain connection;"
                f" set {_KAFKA}TLS=true"
            )
        return self

    def kafka_access(self) -> KafkaAccess:
        """Read the files and return how to reach the brokers. Raises SettingsBroken."""
        if not self.kafka_tls:
            return KafkaAccess(self.kafka)
        login = None
        if self.kafka_user is not None and self.kafka_password is not None:
            password = self.kafka_password.get_secret_value()
            login = Login(user=self.kafka_user, password=password, mechanism=self.kafka_mechanism)
        return KafkaAccess(self.kafka, Security(tls=self._tls(), login=login))

    def _tls(self) -> ssl.SSLContext:
        context = _with_authority(self.kafka_ca_file)
        if self.kafka_certificate_file is not None and self.kafka_key_file is not None:
            try:
                # Without a password of ours a locked key would make the library ask at the terminal.
                context.load_cert_chain(self.kafka_certificate_file, self.kafka_key_file, password="")
            except (OSError, ValueError):
                raise SettingsBroken(
                    f"{_KAFKA}CERTIFICATE_FILE and {_KAFKA}KEY_FILE cannot be used: set them to PEM files of a"
                    " certificate and its key, without a password, that this user may read"
                ) from None
        return context


class ServiceSettings(KafkaSettings, BaseSettings):
    """What every service needs to know of its surroundings; a field's description is the remedy shown."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database: Annotated[
        SecretStr, Field(description="this service's own database: postgresql://user@host/name")
    ]
    keys_database: Annotated[SecretStr, Field(description="the database of the person keys: postgresql://…")]
    secrets_dir: Annotated[Path, Field(description="the folder with master key, hash keys and token key")]
    host: Annotated[str, Field(description="the address to listen on, for instance 127.0.0.1")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535, description="the port to listen on, 1 to 65535")]
    topic_prefix: Annotated[
        str,
        Field(pattern=r"^([a-z0-9-]{1,40}\.)?$", description="empty, or letters and digits ending in a dot"),
    ] = ""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="DEBUG, INFO, WARNING or ERROR")
    ] = "INFO"
    allow_clock_offset: Annotated[
        bool, Field(description="true only in a demo or test installation, else false")
    ] = False

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then our files; no .env file, so that nothing is picked up unseen."""
        return init_settings, env_settings, _FromFiles(settings_cls)

    def secret(self, name: str) -> bytes:
        """Return the file `name` of the secrets folder (a key). Raises SettingsBroken."""
        return _bytes_of(self.secrets_dir / name, f"{PREFIX}SECRETS_DIR")

    def key(self, name: str) -> bytes:
        """Return the 32 bytes that the file `name` of the secrets folder holds as base64url text. Raises SettingsBroken."""
        text = self.secret(name).strip()
        try:
            found = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
        except ValueError:
            found = b""
        if len(found) != _KEY_BYTES:
            raise SettingsBroken(
                f"{PREFIX}SECRETS_DIR: the file {name} is no key of {_KEY_BYTES} bytes in base64url"
            )
        return found


def settings_from_environment(kind: type[S], **given: Any) -> S:
    """Return the settings; `given` values win over the environment. Raises SettingsBroken."""
    try:
        return kind(**given)
    except ValidationError as error:
        raise broken(kind, error) from None
    except SettingsError as error:
        # The library wraps what a source raises and adds nothing to it.
        cause = error.__cause__
        raise cause if isinstance(cause, SettingsBroken) else SettingsBroken(f"{PREFIX}…: {error}") from None


def broken(kind: type[KafkaSettings], error: ValidationError) -> SettingsBroken:
    """Return what is wrong with settings, a remedy for each."""
    lines = [_line(kind, finding) for finding in error.errors(include_url=False, include_input=False)]
    return SettingsBroken("; ".join(lines))


def _half(said: str) -> PydanticCustomError:
    return PydanticCustomError(_HALF, "{said}", {"said": said})


def _with_authority(file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        raise SettingsBroken(
            f"{_KAFKA}CA_FILE cannot be used: set it to a PEM file of certificates that this user may read"
        ) from None


def _line(kind: type[KafkaSettings], finding: Mapping[str, Any]) -> str:
    if finding["type"] == _HALF:
        return str(finding["msg"])
    name = str(finding["loc"][0]) if finding["loc"] else ""
    field = kind.model_fields.get(name)
    found = "is not set" if finding["type"] == "missing" else "cannot be used"
    return f"{PREFIX}{name.upper()} {found}: set it to {field.description if field else 'a usable value'}"


def text_of(file: Path | str, variable: str) -> str:
    """Return a file's text without its last line end; `variable` named it. Raises SettingsBroken."""
    try:
        return _bytes_of(Path(file), variable).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsBroken(f"{variable} names a file that is not text in UTF-8") from None


def _bytes_of(path: Path, variable: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsBroken(f"{variable}: the file {path.name} cannot be read ({error.strerror})") from None
    if not content or len(content) > _SECRET_BYTES_MAX:
        raise SettingsBroken(
            f"{variable}: the file {path.name} is empty or larger than {_SECRET_BYTES_MAX} bytes"
        )
    return content
