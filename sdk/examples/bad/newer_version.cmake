# Changes the version in a manifest that was copied beside its library: FILE.
file(READ "${FILE}" text)
string(REPLACE "\"version\": \"1.0.0\"" "\"version\": \"2.0.0\"" text "${text}")
file(WRITE "${FILE}" "${text}")
