"""Devices: how a slip becomes bytes, how bytes reach a printer, and what the printer says of it.

Reading order: escpos_bytes (slip to bytes), encodings (what a printer says itself), fonts and glyphs
(characters it lacks), raster (pictures), addresses (where a printer is), link (bytes to a printer) and its
kinds tcp_link, usb_link, serial_link, cups_link and file_link, with descriptors and aside (how none of them
holds up the server), fake_usb (a USB bus without hardware), status (a printer's answers), delivery (one slip
and what is known of it), transport (the way to a printer), printer_worker (one printer's jobs in order),
spooler (the jobs of all printers), memory_reports (reports without a database).

A printer without hardware: escpos_commands, character_rom and decoder (bytes read back), virtual_faults,
virtual_status, virtual_paper, virtual_log and virtual_engine (its parts), virtual_printer (the whole),
virtual_listener (its network port and serial line), virtual_command (``hall virtual-printer``), picture,
virtual_annotation, virtual_state and pages (its page).

Elsewhere: agent_words (what hall and agent say), agent_desk and sockets (the hall's end); agent_state,
agent_link, agent_printer, card_reader, sam_reader, agent_card, agent and agent_command (the end beside a
printer elsewhere, which needs nothing else). Signs: sign_frame, sign_worker and their kin.
"""
