"""Who somebody is, as others vouch for it: identity providers by OpenID Connect, authenticators by WebAuthn."""

from vault.identity.oidc import OidcDesk, Provider
from vault.identity.passkeys import WebAuthnDesk

__all__ = ["OidcDesk", "Provider", "WebAuthnDesk"]
