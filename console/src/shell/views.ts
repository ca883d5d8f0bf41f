/** The views, each loaded when it is opened. Adding one: a folder under views/, a line here, its words, an icon in Rail. */

import { Activity, BarChart3, Inbox, type LucideIcon, MessagesSquare, Settings, Users } from "lucide-react";
import { lazy } from "react";
import type { Key } from "../words/words";

export const loadInbox = () => import("../views/inbox/Inbox");
const loadCustomers = () => import("../views/customers/Customers");
const loadNudges = () => import("../views/nudges/Nudges");
const loadDialogs = () => import("../views/later/Dialogs");
const loadReports = () => import("../views/later/Reports");
const loadSettings = () => import("../views/settings/Settings");

export interface View {
  readonly id: string;
  readonly name: Key;
  readonly icon: LucideIcon;
  readonly screen: ReturnType<typeof lazy>;
}

export const VIEWS: readonly View[] = [
  { id: "inbox", name: "view.inbox", icon: Inbox, screen: lazy(loadInbox) },
  { id: "customers", name: "view.customers", icon: Users, screen: lazy(loadCustomers) },
  { id: "nudges", name: "view.nudges", icon: Activity, screen: lazy(loadNudges) },
  { id: "dialogs", name: "view.dialogs", icon: MessagesSquare, screen: lazy(loadDialogs) },
  { id: "reports", name: "view.reports", icon: BarChart3, screen: lazy(loadReports) },
  { id: "settings", name: "view.settings", icon: Settings, screen: lazy(loadSettings) },
];

/** Fetch them all while nobody waits: a change of view is then at once, and goes on through a lost connection. */
export function fetchViews(): void {
  for (const load of [loadInbox, loadCustomers, loadNudges, loadSettings, loadDialogs, loadReports]) load().catch(() => {});
}
