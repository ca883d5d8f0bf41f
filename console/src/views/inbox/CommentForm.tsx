/** Which comment is being answered right now, and how: one at a time, opened by its buttons or by a key. */

import { createContext, useContext, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { CommentVerb } from "../../api/shapes";
import { useDesk } from "../../feed/desk";
import { standings } from "../../feed/lines";
import { useMay, useParts, useTry, useWords } from "../../shell/app";
import type { Command } from "../../shell/commands";

export interface Answering {
  readonly comment: string;
  readonly verb: "answer" | "private";
}

interface Form {
  readonly open: Answering | undefined;
  readonly show: (open: Answering | undefined) => void;
}

const Context = createContext<Form | undefined>(undefined);

export const CommentForm = Context.Provider;

/** The form of the conversation around; each comment has its own where there is none (a customer's page). */
export function useForm(): Form {
  const around = useContext(Context);
  const [open, show] = useState<Answering>();
  return around ?? { open, show };
}

/** The form, and the keys of a thread: they are about the customer's newest comment. */
export function useCommentForm(customer: string, thread: string): { context: Form; commands: readonly Command[] } {
  const { desk, acts } = useParts();
  const { t } = useWords();
  const attempt = useTry();
  const may = useMay();
  const [open, show] = useState<Answering>();
  const newest = useDesk(desk, (state) => {
    const lines = thread ? (state.timelines[customer]?.lines ?? []) : [];
    const gone = new Set(lines.filter(({ entry }) => entry.kind === "delete").map(({ entry }) => entry.external_id));
    const last = lines.findLast(({ entry }) => entry.kind === "comment" && entry.conversation === thread && !gone.has(entry.external_id));
    const id = last?.entry.external_id ?? "";
    return id ? `${standings(lines).get(id)?.hidden ? "hidden" : "shown"} ${id}` : "";
  });
  return useMemo(() => {
    const context = { open, show };
    const [state = "", comment = ""] = newest.split(" ");
    if (!comment || !may("talk")) return { context, commands: [] };
    const part = "bar.talk" as const;
    const verb: CommentVerb = state === "hidden" ? "show" : "hide";
    const turn = (): void => void attempt(() => acts.comment(customer, { verb, comment, conversation: thread }, newKey()));
    const commands: Command[] = [
      { id: "comment answer", name: t("comment.answer"), part, keys: "r", act: () => show({ comment, verb: "answer" }) },
      { id: "comment private", name: t("comment.private"), part, keys: "v", act: () => show({ comment, verb: "private" }) },
      { id: "comment hide", name: t(`comment.${verb}`), part, keys: "h", act: turn },
    ];
    return { context, commands };
  }, [open, newest, may, t, attempt, acts, customer, thread]);
}
