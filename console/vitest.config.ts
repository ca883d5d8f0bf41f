import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "making/**/*.test.ts", "widget/**/*.test.ts"],
    environment: "node",
    reporters: ["default"],
    passWithNoTests: true,
  },
});
