/** The views, each loaded when it is opened. Adding one: a folder under views/, a line here, its words, an icon in Rail. */

import { Activity, BarChart3, Inbox, type LucideIcon, MessagesSquare, Settings, Users } from "lucide-react";
import { lazy } from "react";
import type { Key } from "../words/words";

export const loadInbox = () => import("../views/inbox/Inbox");

export interface View {
  readonly id: string;
  readonly name: Key;
  readonly icon: LucideIcon;
  readonly screen: ReturnType<typeof lazy>;
}

export const VIEWS: readonly View[] = [
  { id: "inbox", name: "view.inbox", icon: Inbox, screen: lazy(loadInbox) },
  { id: "customers", name: "view.customers", icon: Users, screen: lazy(() => import("../views/customers/Customers")) },
  { id: "nudges", name: "view.nudges", icon: Activity, screen: lazy(() => import("../views/nudges/Nudges")) },
  { id: "dialogs", name: "view.dialogs", icon: MessagesSquare, screen: lazy(() => import("../views/later/Dialogs")) },
  { id: "reports", name: "view.reports", icon: BarChart3, screen: lazy(() => import("../views/later/Reports")) },
  { id: "settings", name: "view.settings", icon: Settings, screen: lazy(() => import("../views/settings/Settings")) },
];
