import { describe, expect, it } from "vitest";
import { measured } from "./time";

describe("the hub's time", () => {
  it("is taken in the middle of the request", () => {
    expect(measured("100000", 9_000, 11_000)).toBe(90_000);
    expect(measured("1000", 100_000, 100_000)).toBe(-99_000);
  });

  it("is the page's own while both agree", () => {
    expect(measured("11500", 9_000, 11_000)).toBe(0);
  });

  it("is not known from an answer that tells none", () => {
    expect(measured(null, 0, 0)).toBeNull();
    expect(measured("soon", 0, 0)).toBeNull();
  });
});
