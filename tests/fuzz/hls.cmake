sluice_fuzz(hls_request hls_core)
sluice_fuzz(hls_window hls_core)
