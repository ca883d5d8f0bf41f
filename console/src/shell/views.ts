/** The views, each loaded when it is opened. Adding one: a folder under views/, a line here, its words, an icon in Rail. */

import { Activity, BarChart3, Inbox, type LucideIcon, MessagesSquare, Settings, Users } from "lucide-react";
import type { ComponentType } from "react";
import type { Key } from "../words/words";
import { later } from "./later";

export const InboxView = later(() => import("../views/inbox/Inbox"));

export interface View {
  readonly id: string;
  readonly name: Key;
  readonly icon: LucideIcon;
  readonly screen: ComponentType & { readonly ahead: () => void };
}

export const VIEWS: readonly View[] = [
  { id: "inbox", name: "view.inbox", icon: Inbox, screen: InboxView },
  { id: "customers", name: "view.customers", icon: Users, screen: later(() => import("../views/customers/Customers")) },
  { id: "nudges", name: "view.nudges", icon: Activity, screen: later(() => import("../views/nudges/Nudges")) },
  { id: "dialogs", name: "view.dialogs", icon: MessagesSquare, screen: later(() => import("../views/later/Dialogs")) },
  { id: "reports", name: "view.reports", icon: BarChart3, screen: later(() => import("../views/later/Reports")) },
  { id: "settings", name: "view.settings", icon: Settings, screen: later(() => import("../views/settings/Settings")) },
];

/** Fetch them all while nobody waits: a change of view is then at once, and goes on through a lost connection. */
export function fetchViews(): void {
  for (const view of VIEWS) view.screen.ahead();
}
