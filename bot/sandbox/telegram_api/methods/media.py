"""Finding the file that a call means: an upload, an attachment or a file id."""

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.stored_files import StoredFile
from bot.sandbox.telegram_api.world import TelegramWorld

_ATTACH = "attach://"


def read_media(
    world: TelegramWorld, parameters: Parameters, value: object, *, kind: str, field: str
) -> StoredFile:
    """Find or keep the file of a call.

    Args:
        world: where files are kept.
        parameters: the call, with its uploads.
        value: "attach://name", a file id, or None where the upload has the field's name.
        kind: "photo" or "document".
        field: the field that an upload may come under directly.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    reference = value if isinstance(value, str) else ""
    name = reference.removeprefix(_ATTACH) if reference.startswith(_ATTACH) else field
    upload = parameters.uploads.get(name)
    if upload is not None and (not reference or reference.startswith(_ATTACH)):
        return world.files.add(
            upload.content, kind=kind, name=upload.name, content_type=upload.content_type
        )
    if not reference or reference.startswith(_ATTACH):
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = world.files.find(reference)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored
