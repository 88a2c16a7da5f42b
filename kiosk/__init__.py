"""The citizen at the kiosk, and the phone page behind the QR code."""
