"""What pages and the API share: settings, who asks, bodies, presses, problems, the embedded server.

Reading order: settings, context, errors, known_principals, principals, bodies, presses, known_tags,
conditional, api, openapi, problems, security, press_limits, live, agents, socket_limits, qr, then the shared
parts of the API (session_api, hall_api, health), application, logs and server.
"""
