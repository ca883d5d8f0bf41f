/** One customer's conversation: who they are, who else looks on, what can be done, all that was said, the line to write in. */

import { ArrowLeft, Check, CornerUpLeft, Hand, PanelRight, RotateCcw } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ViewName } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import { current, type Shown, watching } from "../../feed/select";
import type { DeskState } from "../../feed/state";
import { useMay, useMe, useParts, useToasts, useTry, useWords, wordsOf } from "../../shell/app";
import { type Command, useCommands } from "../../shell/commands";
import { go, to } from "../../shell/route";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { ChannelMark } from "../../ui/ChannelMark";
import { Menu } from "../../ui/Menu";
import { useFreshRecord, useRecord } from "../customers/record";
import { CommentForm, useCommentForm } from "./CommentForm";
import { Composer, type Tab } from "./Composer";
import { useNames } from "./names";
import { Release } from "./Release";
import { Timeline } from "./Timeline";
import css from "./talk.module.css";

export const REASONS = ["answered", "ordered", "silent", "spam", "other"] as const;

interface TalkProps {
  readonly customer: string;
  /** The thread under a post that is read by itself; '': all that was said with the customer. */
  readonly thread: string;
  readonly view: ViewName;
  readonly panel: boolean;
  readonly onPanel: () => void;
}

export default function Talk({ customer, thread, view, panel, onPanel }: TalkProps) {
  const { desk, feed } = useParts();
  const { t } = useWords();
  const shown = useDesk(
    desk,
    useCallback((state: DeskState) => current(state, customer, thread), [customer, thread]),
  );
  const { record } = useRecord(customer);
  useFreshRecord(customer);
  const [tab, setTab] = useState<Tab>(thread ? "note" : "reply");
  const form = useCommentForm(customer, thread);
  const [releasing, setReleasing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    feed.look(customer);
    return () => feed.look("");
  }, [feed, customer]);
  const name = shown?.card.name || record?.profile?.name?.value || t("customer.unnamed");
  const write = useCallback((one: Tab) => {
    setTab(one);
    requestAnimationFrame(() => field.current?.focus());
  }, []);
  const deeds = useDeeds(shown, () => setReleasing(true));
  useCommands(
    useMemo<readonly Command[]>(() => {
      const part = "bar.talk" as const;
      return [
        ...(thread ? form.commands : [{ id: "reply", name: t("write.reply"), part, keys: "r", act: () => write("reply") }]),
        { id: "note", name: t("write.note"), part, keys: "n", act: () => write("note") },
        { id: "panel", name: t("talk.panel"), part, keys: "p", act: onPanel },
        { id: "back", name: t("keys.back"), part, keys: "Escape", act: () => go("inbox", view) },
        ...deeds.commands,
      ];
    }, [t, write, onPanel, view, thread, form.commands, deeds.commands]),
  );
  return (
    <section className={css.talk} aria-label={t("talk.with", { name })}>
      <header className={css.head}>
        <IconButton name={t("talk.back")} className={css.back} onPress={() => go("inbox", view)}>
          <ArrowLeft size={20} />
        </IconButton>
        <Avatar name={name} seed={customer} />
        <div className={css.who}>
          <h2>
            <bdi>{name}</bdi>
          </h2>
          {thread ? <ThreadHead card={shown?.card} back={to("inbox", view, customer)} /> : <Standing shown={shown} />}
        </div>
        <Watchers customer={customer} />
        {deeds.buttons}
        <IconButton name={t("talk.panel")} keys="p" onPress={onPanel} aria-pressed={panel}>
          <PanelRight size={18} />
        </IconButton>
      </header>
      <CommentForm value={form.context}>
        <Timeline key={customer} customer={customer} thread={thread} name={name} />
      </CommentForm>
      <Composer shown={shown} customer={customer} tab={tab} onTab={setTab} field={field} only={thread ? "note" : undefined} />
      {releasing && shown && <Release card={shown.card} onClose={() => setReleasing(false)} />}
    </section>
  );
}

/** Who has it now, and whether that is about to change. */
function Standing({ shown }: { shown: Shown | undefined }) {
  const { t } = useWords();
  const names = useNames();
  const me = useMe();
  if (!shown) return null;
  const { card, wish } = shown;
  const mine = card.owner.agent === me?.user.login;
  const words =
    wish?.act === "claim"
      ? t("inbox.taking")
      : card.status === "resolved"
        ? t("talk.closed")
        : card.owner.kind === "agent"
          ? mine
            ? t("talk.yours")
            : t("inbox.has", { name: names(card.owner.agent) })
          : t(`talk.${card.owner.kind}`);
  return (
    <p className={css.standing}>
      <ChannelMark channel={card.channel} /> <span>{words}</span>
    </p>
  );
}

/** What the thread stands under, and the way to all else that was said. */
function ThreadHead({ card, back }: { card: Shown["card"] | undefined; back: string }) {
  const { t } = useWords();
  return (
    <p className={css.standing}>
      {card && <ChannelMark channel={card.channel} />} <span>{t("comment.public")}</span>{" "}
      <a className={css.all} href={back}>
        {t("comment.all")}
      </a>
    </p>
  );
}

function Watchers({ customer }: { customer: string }) {
  const { desk } = useParts();
  const { t } = useWords();
  const others = useDesk(
    desk,
    useCallback(
      (state: DeskState) =>
        watching(state, customer)
          .map((one) => `${one.login}\t${one.name}`)
          .join("\n"),
      [customer],
    ),
  );
  if (!others) return null;
  const all = others.split("\n").map((one) => one.split("\t"));
  const words = t("talk.watching", { name: all.map(([, name]) => name).join(", ") });
  return (
    <p className={css.watchers} title={words}>
      {all.slice(0, 3).map(([login = "", name = ""]) => (
        <Avatar key={login} name={name} seed={login} size="s" />
      ))}
      <span className={css.hidden}>{words}</span>
    </p>
  );
}

/** What can be done with the conversation as it stands, as buttons and as commands. */
function useDeeds(shown: Shown | undefined, release: () => void) {
  const { acts } = useParts();
  const { t } = useWords();
  const { show } = useToasts();
  const attempt = useTry();
  const may = useMay();
  const me = useMe()?.user.login ?? "";
  const [closing, setClosing] = useState(false);
  return useMemo(() => {
    if (!shown || !may("talk")) return { buttons: null, commands: [] };
    const { card, wish } = shown;
    const open = card.status === "open";
    const mine = open && card.owner.kind === "agent" && card.owner.agent === me;
    const theirs = open && card.owner.kind === "agent" && !mine;
    const claim = (): void => void attempt(() => acts.claim(card));
    const reopen = (): void => void attempt(() => acts.reopen(card));
    const resolve = (reason: string): void => {
      const undo = (): void => void acts.reopen(card).catch((error: unknown) => show({ text: wordsOf(error, t), bad: true }));
      void attempt(() => acts.resolve(card, reason)).then(
        (done) => done && show({ text: t("talk.resolved", { name: card.name || t("customer.unnamed") }), bad: false, undo }),
      );
    };
    const part = "bar.talk" as const;
    const commands: Command[] = [];
    if (open && !mine && !theirs) commands.push({ id: "claim", name: t("talk.claim"), part, keys: "c", act: claim });
    if (mine) commands.push({ id: "release", name: t("talk.release"), part, keys: "b", act: release });
    if (open && !theirs) {
      commands.push({ id: "close", name: t("talk.resolve"), part, keys: "e", act: () => setClosing(true) });
      for (const reason of REASONS)
        commands.push({
          id: `resolve ${reason}`,
          name: `${t("talk.resolve")}: ${t(`closed.${reason}`)}`,
          part,
          act: () => resolve(reason),
        });
    }
    if (!open) commands.push({ id: "reopen", name: t("talk.reopen"), part, keys: "o", act: reopen });
    const buttons = (
      <div className={css.deeds}>
        {open && !mine && !theirs && (
          <Button look="main" onPress={claim} isDisabled={wish?.act === "claim"}>
            <Hand size={16} aria-hidden="true" /> <span className={css.long}>{t("talk.claim")}</span>
            <span className={css.short}>{t("talk.claim.short")}</span>
          </Button>
        )}
        {mine && (
          <Button onPress={release} isDisabled={wish?.act === "claim"}>
            <CornerUpLeft size={16} aria-hidden="true" /> <span className={css.label}>{t("talk.release")}</span>
          </Button>
        )}
        {open && !theirs && (
          <Menu
            label={t("talk.resolve")}
            isOpen={closing}
            onOpenChange={setClosing}
            trigger={
              <Button look={mine ? "main" : "plain"}>
                <Check size={16} aria-hidden="true" /> <span className={css.label}>{t("talk.resolve")}</span>
              </Button>
            }
            choices={REASONS.map((reason) => ({ id: reason, name: t(`closed.${reason}`), act: () => resolve(reason) }))}
          />
        )}
        {!open && (
          <Button onPress={reopen}>
            <RotateCcw size={16} aria-hidden="true" /> {t("talk.reopen")}
          </Button>
        )}
      </div>
    );
    return { buttons, commands };
  }, [shown, may, me, acts, attempt, show, t, release, closing]);
}
