/** What the hub tells: names for the types made of its own OpenAPI document. */

import type { components } from "./schema.generated";

type Schemas = components["schemas"];

export type Address = Schemas["Address"];
export type Attachment = Schemas["Attachment"];
export type Entry = Schemas["TimelineEntry"];
export type Live = Schemas["Live"];
export type Cart = Schemas["Cart"];
export type Run = Schemas["Run"];
export type StopState = Schemas["StopState"];
export type Settled = Schemas["Settled"];
export type UnderWay = Schemas["UnderWay"];
export type DeliveryState = Schemas["DeliveryState"];
export type CommentVerb = Schemas["CommentVerb"];

export type ViewName = "queue" | "mine" | "comments" | "open" | "resolved";
export type Line = Schemas["Line"];
export type ChannelAccount = Schemas["ChannelAccount"];
export type ChannelList = Schemas["ChannelList"];
export type AlertList = Schemas["AlertList"];
export type OpenAlert = Schemas["OpenAlert"];
export type Account = Schemas["Account"];
export type AccountList = Schemas["AccountList"];
export type Kind = Schemas["Kind"];
export type KindField = Schemas["KindField"];
export type KindList = Schemas["KindList"];
export type SeenAccount = Schemas["SeenAccount"];
export type Exchange = Schemas["Exchange"];
export type LogEntry = Schemas["LogEntry"];
export type LogPage = Schemas["LogPage"];
export type Card = Schemas["ConversationCard"];
export type Post = Schemas["Post"];
export type Counts = Schemas["Counts"];
export type Present = Schemas["Present"];
export type InboxPage = Schemas["InboxPage"];
export type KeptFile = Schemas["KeptFile"];
export type FileLimits = Schemas["FileLimits"];
export type Window = Schemas["Window"];
export type FoundCustomer = Schemas["FoundCustomer"];
export type FoundCustomers = Schemas["FoundCustomers"];
export type TimelinePage = Schemas["Timeline"] & { readonly before?: string };

export type HubFrame =
  | Schemas["FeedWelcome"]
  | Schemas["FeedCard"]
  | Schemas["FeedGone"]
  | Schemas["FeedLines"]
  | Schemas["FeedDelivery"]
  | Schemas["FeedCounts"]
  | Schemas["FeedPresence"]
  | Schemas["FeedTyped"]
  | Schemas["FeedCursor"]
  | Schemas["FeedStale"]
  | Schemas["FeedAlerts"]
  | Schemas["FeedBye"];

export type ConsoleFrame =
  | Required<Schemas["FeedHello"]>
  | Required<Schemas["FeedLook"]>
  | Required<Schemas["FeedViews"]>
  | Schemas["FeedTyping"];

export type Role = Schemas["Role"];
export type Right = Schemas["Right"];
export type SignedIn = Schemas["SignedIn"];
export type Person = Schemas["Person"];
