"""Devices: how a slip becomes bytes, how bytes reach a printer, and what the printer says of it.

Reading order: escpos_bytes (slip to bytes), glyphs (characters the printer lacks), link and tcp_link (bytes
to a printer), status (its answers), delivery (one slip and what is known of it), transport (addresses),
printer_worker (one printer's jobs in order), spooler (the jobs of all printers), decoder, virtual_printer and
picture (a printer without hardware), memory_reports (reports without a database), pages (the virtual
printers' paper in a browser).
"""
