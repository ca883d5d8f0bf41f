"""E-mail: webhooks of mail providers, SMTP and IMAP."""
