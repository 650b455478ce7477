import assert from "node:assert/strict";
import { contentName, physicalName } from "../../components/naming";

const long = (letters: number) => "a".repeat(letters);

describe("physical names", () => {
  const fits: [kind: string, most: number][] = [
    ["Service", 63],
    ["Namespace", 63],
    ["HTTPRoute", 63],
    ["Deployment", 47],
    ["StatefulSet", 52],
    ["CronJob", 52],
    ["Job", 57],
    ["Cluster", 50],
    ["Pooler", 50],
    ["ScaledObject", 54],
  ];
  for (const [kind, most] of fits) {
    it(`of a ${kind} are whole up to ${most} letters and cut with a hash beyond`, () => {
      assert.equal(physicalName(kind, long(most)), long(most));
      const cut = physicalName(kind, long(most + 1));
      assert.equal(cut.length, most);
      assert.match(cut, /^a+-[0-9a-f]{8}$/);
    });
  }

  const table: [words: string[], name: string | RegExp][] = [
    [["api"], "api"],
    [["api", "migration"], "api-migration"],
    [["a"], "a"],
    [["a-1"], "a-1"],
    [["API"], /^api-[0-9a-f]{8}$/],
    [["api_v2"], /^api-v2-[0-9a-f]{8}$/],
    [["api.v2"], /^api-v2-[0-9a-f]{8}$/],
    [["9lives"], /^lives-[0-9a-f]{8}$/],
    [["-api-"], /^api-[0-9a-f]{8}$/],
    [["/api/v*/auth"], /^api-v-auth-[0-9a-f]{8}$/],
  ];
  for (const [words, name] of table) {
    it(`of ${JSON.stringify(words)} are ${String(name)}`, () => {
      const made = physicalName("Service", ...words);
      if (typeof name === "string") assert.equal(made, name);
      else assert.match(made, name);
      assert.match(made, /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
    });
  }

  it("of what differs only where it was cut or cleaned are different", () => {
    const names = [
      physicalName("Service", long(70)),
      physicalName("Service", `${long(69)}b`),
      physicalName("Service", "a.b"),
      physicalName("Service", "a_b"),
      physicalName("Service", "a-b"),
    ];
    assert.equal(new Set(names).size, names.length);
  });

  it("never end in a dash where the cut falls on one", () => {
    for (let letters = 40; letters < 70; letters += 1) {
      assert.match(physicalName("Service", long(letters), long(30)), /[a-z0-9]$/);
      assert.doesNotMatch(physicalName("Service", long(letters), long(30)), /--/);
    }
  });

  it("of nothing are refused", () => {
    assert.throws(() => physicalName("Service", "123"), /no name can be made of "123": it has no letter/);
  });
});

describe("names by content", () => {
  it("change with the content and with nothing else", () => {
    const name = contentName("Secret", "api-secret", "one");
    assert.match(name, /^api-secret-[0-9a-f]{10}$/);
    assert.equal(contentName("Secret", "api-secret", "one"), name);
    assert.notEqual(contentName("Secret", "api-secret", "two"), name);
  });

  it("keep the hash whole however long the name", () => {
    const [one, two] = ["one", "two"].map((content) => contentName("Job", long(80), content));
    assert.equal(one?.length, 57);
    assert.notEqual(one, two);
  });
});
