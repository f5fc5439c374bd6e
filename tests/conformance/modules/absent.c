int sluice_fixture_absent(void);
int sluice_fixture_absent(void) { return 0; }
