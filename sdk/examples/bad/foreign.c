/* A library that is nobody's business here. */
int bad_foreign(void);
int bad_foreign(void) { return 1; }
