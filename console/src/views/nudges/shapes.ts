/** What the hub tells of journeys and of the gate. */

export type Verdict = "pass" | "refuse" | "defer" | "skip";

export interface CheckTold {
  readonly check: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly words?: Record<string, string>;
  readonly until?: number;
  readonly about?: string;
}
export interface Explanation {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly checks: readonly CheckTold[];
  readonly passes?: number;
  readonly channel?: string;
  readonly text?: string;
  readonly step: string;
}

export interface StepCounts {
  entered?: number;
  waiting?: number;
  sent?: number;
  refused?: number;
  deferred?: number;
  replied?: number;
  reasons?: Record<string, number>;
}
export interface Step {
  id: string;
  kind: "wait" | "send";
  title: Record<string, string>;
  next?: string;
  lasts?: number;
  since_entry?: number;
  hour?: number;
  not_after?: number;
  text?: Record<string, string[]>;
  answers?: { payload: string; says: Record<string, string>; then: string }[];
}
export interface Journey {
  name: string;
  version: number;
  status: "live" | "off";
  title: Record<string, string>;
  entry: string;
  goal: string;
  purpose: string;
  priority: number;
  holdout: number;
  without_consent: string;
  steps: Step[];
  counts: Record<string, StepCounts>;
  runs?: number;
  held_out?: number;
  goals?: number;
  goals_held_out?: number;
  ended?: Record<string, number>;
  switched_by?: string;
  switched_at?: number;
}
export interface RunSeen {
  customer: string;
  at: number;
  name: string;
  step?: string;
  reason?: string;
  run?: string;
}
export interface JourneyRead {
  journey: Journey;
  newest: RunSeen[];
}
