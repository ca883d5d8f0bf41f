import { expect, test } from "vitest";
import { routeOf, to } from "../shell/route";
import { initials } from "./Avatar";
import { finds } from "./fold";

test.each([
  ["Nguyễn Thị Ánh", "NÁ"],
  ["林雅婷", "雅婷"],
  ["Foxy", "F"],
  ["", "?"],
])("%s is shown as %s", (name, short) => {
  expect(initials(name)).toBe(short);
});

test("words are found without their marks", () => {
  expect(finds("Đỗ Thị Hường", "huong do")).toBe(true);
  expect(finds("Đỗ Thị Hường", "hoang")).toBe(false);
});

test("a place and its address are the same, whatever letters it has", () => {
  expect(routeOf(to("customers", "cu-1/ü")).parts).toEqual(["cu-1/ü"]);
  expect(routeOf("#/setup?code=a%2Bb").query.get("code")).toBe("a+b");
  expect(routeOf("").view).toBe("inbox");
});
