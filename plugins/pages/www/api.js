// What the server tells about its streams.

// {value} or {status, why}; status 0: no answer.
export async function ask(path) {
  try {
    const answer = await fetch(path, {cache: "no-store", signal: AbortSignal.timeout(8000)});
    const told = await answer.json().catch(() => ({}));
    return answer.ok ? {value: told} : {status: answer.status, why: told.error ?? `The server says ${answer.status}.`};
  } catch {
    return {status: 0, why: "The server does not answer."};
  }
}

// Calls `work` now and then every `period_ms` while the page is looked at.
export function every(period_ms, work) {
  let timer = 0;
  let running = false;
  const turn = async () => {
    clearTimeout(timer);
    if (running || document.hidden) return;
    running = true;
    await work();
    running = false;
    timer = setTimeout(turn, period_ms);
  };
  document.addEventListener("visibilitychange", turn);
  turn();
}
