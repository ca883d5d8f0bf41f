/** The hub's time: what was said "at" is by its clock, so how long ago that was is, too. A computer's own clock may be wrong, and a demo's runs fast. */

const LOOK_MS = 20_000;
/** While the two clocks drift apart, as in a demo that runs fast. */
const LOOK_SOON_MS = 2_000;
/** What a request and two honest clocks may differ by. */
const HONEST_MS = 2_000;
const HEADER = "X-Hub-Time";

let ahead = 0;

/** Now, by the hub's clock, in ms since 1970. */
export function hubNow(): number {
  return Date.now() + ahead;
}

/** How far the hub's clock is ahead, from one answer; 0 where both agree. Null where the answer tells no time. */
export function measured(told: string | null, sent: number, received: number): number | null {
  const hub = told === null ? Number.NaN : Number(told);
  if (!Number.isFinite(hub) || hub <= 0) return null;
  const found = hub - (sent + received) / 2;
  return Math.abs(found) < HONEST_MS ? 0 : found;
}

async function look(): Promise<void> {
  const before = ahead;
  try {
    const sent = Date.now();
    const answer = await fetch("/healthz", { cache: "no-store" });
    ahead = measured(answer.headers.get(HEADER), sent, Date.now()) ?? ahead;
  } catch {
    // The line is down, which the feed tells: the last measure stands.
  }
  const drifts = before !== 0 && Math.abs(ahead - before) > HONEST_MS;
  window.setTimeout(() => void look(), drifts ? LOOK_SOON_MS : LOOK_MS);
}

/** Look at the hub's clock now and then, as long as the page is open. */
export function keepTime(): void {
  void look();
}
