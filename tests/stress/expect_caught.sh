#!/bin/sh
# expect_caught.sh PROGRAM SCENE: runs a stress program with a planted fault until it fails, at most so many times.
# A wrong result, a crash, a sanitizer's report and a hang all count as caught.
program=$1
scene=$2
for seed in 1 2 3 4 5 6 7 8; do
  output=$(timeout 40 "$program" "$scene" 8 "$seed" 2>&1)
  code=$?
  if [ "$code" -ne 0 ]; then
    echo "caught (seed $seed, exit code $code): $(echo "$output" | grep -v '^$' | grep -m1 -E ': |SUMMARY|WARNING|ERROR')"
    exit 0
  fi
done
echo "the planted fault was not seen in $seed runs"
exit 1
