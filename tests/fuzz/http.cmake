sluice_fuzz(http_request http_wire)
sluice_fuzz(http_router http_wire)
sluice_fuzz(http_websocket http_wire)
