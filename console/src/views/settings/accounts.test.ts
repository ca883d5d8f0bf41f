import { describe, expect, it } from "vitest";
import type { Kind } from "../../api/shapes";
import { sayer } from "../../words/words";
import { chosenText, differences, labelOf, missingIn, valuesOf } from "./accounts";

const KIND: Kind = {
  kind: "telegram",
  title: "Telegram",
  fields: [
    { key: "token", what: { en: "The token." }, secret: true, required: true },
    { key: "bot_username", what: { en: "The name." } },
    { key: "mode", what: { en: "How." }, default: "webhook" },
  ],
};

function typed(values: Record<string, string>): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(values)) form.set(key, value);
  return form;
}

describe("an account's form", () => {
  it("gives what was typed, without spaces and without what is so anyway", () => {
    expect(valuesOf(typed({ token: " 1:a ", bot_username: "", mode: "webhook" }), KIND)).toEqual({ token: "1:a" });
    expect(valuesOf(typed({ token: "1:a", mode: "polling" }), KIND)).toEqual({ token: "1:a", mode: "polling" });
  });

  it("misses what is needed, unless it is kept", () => {
    const kept = { channel: "telegram", name: "shop", source: "console", values: {}, set: ["token"] } as const;
    expect(missingIn(typed({}), KIND, undefined)).toEqual(["token"]);
    expect(missingIn(typed({}), KIND, { ...kept, set: [...kept.set] })).toEqual([]);
  });

  it("names a field by our word, or by the provider's", () => {
    expect(labelOf("base_url", sayer("vi"))).toBe("Địa chỉ nhà cung cấp");
    expect(labelOf("phone_number_id", sayer("en"))).toBe("Phone number ID");
  });

  it("tells what somebody else changed, and of a secret only that it is another", () => {
    const was = {
      channel: "telegram",
      name: "shop",
      source: "console",
      values: { bot_username: "an" },
      set: [],
      marks: { token: "1" },
    } as const;
    const before = { ...was, set: [...was.set] };
    const now = { ...before, values: { bot_username: "binh", mode: "webhook" }, marks: { token: "2" } };

    expect(differences(before, now, KIND)).toEqual([
      { key: "token", secret: true, was: "", is: "" },
      { key: "bot_username", secret: false, was: "an", is: "binh" },
    ]);
    expect(differences(before, before, KIND)).toEqual([]);
  });

  it("makes texts nobody guesses, of letters every provider takes", () => {
    expect(chosenText()).toMatch(/^[a-z0-5]{24}$/);
    expect(chosenText()).not.toBe(chosenText());
  });
});
