sluice_fuzz(auth_token auth_core)
sluice_fuzz(auth_pattern auth_core)
