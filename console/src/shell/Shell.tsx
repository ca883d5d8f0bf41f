/** What stands around every view. */

export function Shell() {
  return <h1>omnihub</h1>;
}
