"""One letter out by SMTP: https://www.rfc-editor.org/rfc/rfc5321, over aiosmtplib without a thread."""

from enum import StrEnum
from typing import TYPE_CHECKING

from channels.email.smtp_codes import decide
from channels.http import CONNECT_SECONDS, REQUEST_SECONDS
from hub.model.base import Value
from hub.model.channels.call_leave import obtain
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure
from hub.model.failure import Failure

if TYPE_CHECKING:
    import aiosmtplib


class Security(StrEnum):
    """How the way to a server is closed: from the first byte, after a greeting, or not at all (a server on this machine)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Server(Value, frozen=True):
    """A mail server and who we are to it."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """The password never reaches a log."""
        return f"Server({self.host!r}, {self.port}, {self.security.value!r})"


async def send(server: Server, mail: bytes, *, sender: str, to: str) -> None:
    """Hand one letter over; raises a SendError, or whatever the outbox raised for its leave.

    Leave is asked for when the server knows us, right before it hears of the letter.
    """
    smtp = _client(server)
    try:
        await _greet(smtp, server)
        await obtain()
        await _name(smtp, sender, to)
        await _hand_over(smtp, mail)
    finally:
        # A farewell would cost a round trip that tells us nothing.
        smtp.close()


async def prove(server: Server) -> None:
    """Sign in and leave; raises a SendError."""
    smtp = _client(server)
    try:
        await _greet(smtp, server)
    finally:
        smtp.close()


def _client(server: Server) -> "aiosmtplib.SMTP":
    """Not connected yet; the library is imported when a letter is to be sent."""
    import aiosmtplib

    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        timeout=CONNECT_SECONDS,
    )


async def _greet(smtp: "aiosmtplib.SMTP", server: Server) -> None:
    import aiosmtplib

    try:
        await smtp.connect()
        if server.user:
            await smtp.login(server.user, server.password)
    except aiosmtplib.SMTPResponseException as error:
        raise decide(error.code, error.message, account=True) from None
    except aiosmtplib.SMTPNotSupported:
        raise Misconfigured("the server does not offer what is set (STARTTLS, sign-in): check smtp_security and smtp_user") from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        raise TemporaryFailure(f"no connection to the mail server ({type(error).__name__})") from None


async def _name(smtp: "aiosmtplib.SMTP", sender: str, to: str) -> None:
    """Sender and recipient: until the letter itself is sent, nothing has left."""
    import aiosmtplib

    try:
        await smtp.mail(sender)
    except aiosmtplib.SMTPResponseException as error:
        raise decide(error.code, error.message, account=True) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise TemporaryFailure(f"the mail server hung up ({type(error).__name__})") from None
    try:
        await smtp.rcpt(to)
    except aiosmtplib.SMTPResponseException as error:
        raise decide(error.code, error.message, account=False) from None
    except UnicodeError:
        raise Rejected("the mail server takes no address with such letters", failure=Failure.RECIPIENT) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise TemporaryFailure(f"the mail server hung up ({type(error).__name__})") from None


async def _hand_over(smtp: "aiosmtplib.SMTP", mail: bytes) -> None:
    import aiosmtplib

    try:
        await smtp.data(mail, timeout=REQUEST_SECONDS)
    except aiosmtplib.SMTPResponseException as error:
        if error.code < 0:
            raise OutcomeUnknown("the mail server's answer cannot be read", failure=Failure.UNPARSEABLE) from None
        raise decide(error.code, error.message, account=False) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        unknown: SendError = OutcomeUnknown(f"no answer from the mail server ({type(error).__name__})")
        raise unknown from None
