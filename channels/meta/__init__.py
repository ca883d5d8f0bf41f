"""Messenger and Instagram, and what they share with WhatsApp: Meta's Graph API."""
