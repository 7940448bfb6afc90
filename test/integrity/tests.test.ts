import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../src/domain/integrity/changes.ts'
import type { IntegrityClass } from '../../src/domain/integrity/finding.ts'
import { judgeChanges } from '../../src/domain/integrity/judge.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import { change, changes } from '../support/changes.ts'

/** Classes that are found, each once. */
function found(...files: FileChange[]): readonly IntegrityClass[] {
  return [...new Set(judgeChanges(changes(...files), DEFAULT_POLICY.integrity).map((finding) => finding.class))]
}

const words = (...files: FileChange[]) =>
  judgeChanges(changes(...files), DEFAULT_POLICY.integrity).map(({ what }) => what)

describe('a test that is gone is found, in every language', () => {
  const cases: [string, FileChange][] = [
    ['vitest', change('src/a.test.ts', `-it('adds', () => {\n-  expect(add(1, 2)).toBe(3)\n-})`)],
    ['jest, with each', change('__tests__/a.js', `-  test.each([1, 2])('adds %i', (n) => {`)],
    ['node:test', change('test/a.mjs', `-test("adds", async (t) => {`)],
    ['a name on the next line', change('test/a.test.ts', `-  it(\n-    'adds',\n-    () => {}`)],
    ['playwright', change('e2e/login.spec.ts', `-test('logs in', async ({ page }) => {`)],
    ['pytest', change('tests/test_a.py', `-def test_adds():\n-    assert add(1, 2) == 3`)],
    ['pytest, async in a class', change('tests/test_a.py', `-    async def test_adds(self):`)],
    ['Go', change('add_test.go', `-func TestAdd(t *testing.T) {\n-\tif add(1, 2) != 3 { t.Fatal("no") }\n-}`)],
    ['Go, a subtest', change('add_test.go', `-\tt.Run("negative", func(t *testing.T) {`)],
    ['Rust', change('src/lib.rs', `-    #[test]\n-    fn adds() {\n-        assert_eq!(add(1, 2), 3);\n-    }`)],
    ['Rust, tokio', change('src/lib.rs', `-    #[tokio::test]\n-    async fn adds() {`)],
    ['JUnit', change('src/test/java/AddTest.java', `-  @Test\n-  void adds() {`)],
    ['Kotlin', change('src/test/kotlin/AddTest.kt', `-    @Test\n-    fun \`adds numbers\`() {`)],
    ['xUnit', change('Add.Tests/AddTests.cs', `-    [Fact]\n-    public void Adds()`)],
    ['RSpec', change('spec/add_spec.rb', `-  it 'adds' do`)],
    ['minitest', change('test/add_test.rb', `-  def test_adds`)],
    ['PHPUnit', change('tests/AddTest.php', `-    public function testAdds()`)],
    ['XCTest', change('AddTests/AddTests.swift', `-    func testAdds() {`)],
    ['ExUnit', change('test/add_test.exs', `-  test "adds" do`)],
    ['GoogleTest', change('tests/add_test.cc', `-TEST(Add, Adds) {`)],
    ['bats', change('test/add.bats', `-@test "adds" {`)],
    ['commented out instead', change('src/a.test.ts', `-it('adds', () => {\n+// it('adds', () => {`)],
    ['a whole file', change('src/a.test.ts', `-it('adds', () => {})`, { is: 'D' })],
    ['a whole file that nobody can read', change('test/weird.test.ts', `-runAll(cases)`, { is: 'D' })],
    [
      'one of two, while another one is added elsewhere in the file',
      change('src/a.test.ts', `-it('adds', () => {\n\n+it('does something else', () => {`),
    ],
  ]
  it.each(cases)('%s', (_, file) => expect(found(file)).toContain('tests_deleted'))

  it('says which, and how many', () => {
    const lines = [1, 2, 3, 4, 5, 6].map((n) => `-it('case ${n}', () => {})`).join('\n')
    expect(words(change('src/a.test.ts', lines, { is: 'D' }))).toEqual([
      'the file is deleted and 6 tests are gone: case 1, case 2, case 3, case 4 and 2 more',
    ])
  })
})

describe('a test that only moves is not gone', () => {
  const body = `it('adds', () => {\n  expect(add(1, 2)).toBe(3)\n})`
  const signed = (sign: string, text = body) => text.replace(/^/gm, sign)
  const cases: [string, FileChange[]][] = [
    ['to another file', [change('a.test.ts', signed('-')), change('b.test.ts', signed('+'), { is: 'A' })]],
    ['its file is renamed', [change('b.test.ts', '', { from: 'a.test.ts' })]],
    [
      'its file is split in two',
      [
        change('test/all.test.ts', `-it('a', () => {})\n-it('b', () => {})`, { is: 'D' }),
        change('test/a.test.ts', `+it('a', () => {})`, { is: 'A' }),
        change('test/b.test.ts', `+it('b', () => {})`, { is: 'A' }),
      ],
    ],
    ['within the file', [change('a.test.ts', `${signed('-')}\n\n${signed('+')}`)]],
    ['into another indentation', [change('a.test.ts', `${signed('-')}\n${signed('+  ')}`)]],
    ['reworded in place', [change('a.test.ts', `-it('adds', () => {\n+it('adds two numbers', () => {`)]],
    ['rewritten for another runner', [change('a.test.ts', `-test('adds', () => {\n+it('adds', async () => {`)]],
    ['in Python, into a class', [change('tests/test_a.py', `-def test_adds():\n\n+    def test_adds(self):`)]],
    [
      'in Rust, to another file',
      [change('src/lib.rs', `-#[test]\n-fn adds() {`), change('src/add.rs', `+    #[test]\n+    fn adds() {`)],
    ],
    ['tests are added', [change('a.test.ts', signed('+'))]],
    ['a helper of tests is deleted', [change('test/support/helpers.ts', `-export function make() {}`, { is: 'D' })]],
    ['code is deleted that is no test', [change('src/a.ts', `-export function edit() {}\n-it = 3`, { is: 'D' })]],
    ['it is a word in a document', [change('docs/guide.md', `-it('adds', () => {`)]],
  ]
  it.each(cases)('%s', (_, files) => expect(found(...files)).toEqual([]))
})

describe('a test that does not run any more is found', () => {
  const cases: [string, FileChange][] = [
    ['it.skip', change('a.test.ts', `-it('adds', () => {\n+it.skip('adds', () => {`)],
    ['describe.skip', change('a.test.ts', `-describe('add', () => {\n+describe.skip('add', () => {`)],
    ['test.todo', change('a.test.ts', `+test.todo('adds')`)],
    ['skipIf', change('a.test.ts', `-  it('adds', () => {\n+  it.skipIf(process.env.CI)('adds', () => {`)],
    ['xit', change('a.test.js', `-it('adds', () => {\n+xit('adds', () => {`)],
    ['only', change('a.test.ts', `-it('adds', () => {\n+it.only('adds', () => {`)],
    ['fails', change('a.test.ts', `+it.fails('adds', () => {`)],
    ['t.skip()', change('test/a.js', `+  t.skip()`)],
    ['an option of node:test', change('test/a.js', `-test('adds', () => {\n+test('adds', { skip: true }, () => {`)],
    ['pytest.mark.skip', change('tests/test_a.py', `+@pytest.mark.skip(reason="flaky")`)],
    ['pytest.mark.xfail', change('tests/test_a.py', `+@pytest.mark.xfail`)],
    ['unittest.skip', change('tests/test_a.py', `+    @unittest.skip("later")`)],
    ['pytest.skip()', change('tests/test_a.py', `+    pytest.skip("not now")`)],
    ['t.Skip()', change('a_test.go', `+\tt.Skip("flaky")`)],
    ['#[ignore]', change('src/lib.rs', `+    #[ignore]`)],
    ['#[ignore = "why"]', change('src/lib.rs', `+    #[ignore = "slow"]`)],
    ['@Disabled', change('src/test/java/ATest.java', `+  @Disabled("flaky")`)],
    ['@Ignore', change('src/test/kotlin/ATest.kt', `+    @Ignore`)],
    ['[Fact(Skip)]', change('A.Tests/ATests.cs', `-    [Fact]\n+    [Fact(Skip = "flaky")]`)],
    ['xit in Ruby', change('spec/a_spec.rb', `-  it 'adds' do\n+  xit 'adds' do`)],
    ['pending in Ruby', change('spec/a_spec.rb', `+    pending 'later'`)],
    ['markTestSkipped', change('tests/ATest.php', `+        $this->markTestSkipped('later');`)],
    ['XCTSkip', change('ATests/ATests.swift', `+        throw XCTSkip("later")`)],
    ['@tag :skip', change('test/a_test.exs', `+  @tag :skip`)],
    ['GTEST_SKIP', change('tests/a_test.cc', `+  GTEST_SKIP();`)],
    ['skip in bats', change('test/a.bats', `+  skip "later"`)],
  ]
  it.each(cases)('%s', (_, file) => expect(found(file)).toEqual(['tests_skipped']))

  const fine: [string, FileChange[]][] = [
    ['a skipped test runs again', [change('a.test.ts', `-it.skip('adds', () => {\n+it('adds', () => {`)]],
    [
      'a skipped test moves',
      [change('a.test.ts', `-it.skip('adds', () => {`), change('b.test.ts', `+it.skip('adds', () => {`)],
    ],
    ['a new test that runs only where it can', [change('a.test.ts', `+it.skipIf(isWindows)('adds', () => {`)]],
    ['a method that is called skip', [change('src/pages.ts', `+  return query.skip(10).take(5)`)]],
    ['a string that says so', [change('test/a.test.ts', `+  expect(render('it.skip(1)')).toBe('x')`)]],
    ['prose', [change('docs/tests.md', `+it.skip('adds', () => {`)]],
    ['Go code that skips', [change('lex.go', `+\tl.Skip(3)`)]],
  ]
  it.each(fine)('not: %s', (_, files) => expect(found(...files)).not.toContain('tests_skipped'))
})

describe('a test that proves less is found', () => {
  const cases: [string, FileChange][] = [
    ['an assertion is taken out', change('a.test.ts', `-  expect(add(1, 2)).toBe(3)`)],
    ['two become one', change('a.test.ts', `-  expect(a).toBe(1)\n-  expect(b).toBe(2)\n+  expect(c).toBe(3)`)],
    ['commented out', change('a.test.ts', `-  expect(a).toBe(1)\n+  // see the ticket`)],
    ['always true', change('a.test.ts', `-  expect(add(1, 2)).toBe(3)\n+  expect(true).toBe(true)`)],
    ['or true', change('a.test.ts', `-  expect(ok).toBe(true)\n+  expect(ok || true).toBe(true)`)],
    [
      'a value becomes "defined"',
      change('a.test.ts', `-  expect(add(1, 2)).toBe(3)\n+  expect(add(1, 2)).toBeDefined()`),
    ],
    ['Python, always true', change('tests/test_a.py', `-    assert add(1, 2) == 3\n+    assert True`)],
    ['Python, truthy', change('tests/test_a.py', `-    assert add(1, 2) == 3\n+    assert add(1, 2)`)],
    ['Python, unittest', change('tests/test_a.py', `-        self.assertEqual(f(), 3)\n+        self.assertTrue(f())`)],
    ['Go', change('a_test.go', `-\trequire.Equal(t, 3, add(1, 2))\n+\trequire.NotNil(t, add(1, 2))`)],
    ['Go, the failure is gone', change('a_test.go', `-\t\tt.Fatalf("got %d", got)`)],
    ['Rust', change('tests/add.rs', `-    assert_eq!(add(1, 2), 3);\n+    assert!(true);`)],
    ['Java', change('src/test/java/ATest.java', `-    assertEquals(3, add(1, 2));\n+    assertTrue(true);`)],
    ['C#', change('A.Tests/ATests.cs', `-        Assert.Equal(3, Add(1, 2));\n+        Assert.NotNull(Add(1, 2));`)],
    ['Ruby', change('spec/a_spec.rb', `-    expect(add(1, 2)).to eq(3)\n+    expect(add(1, 2)).to be_truthy`)],
    ['PHP', change('tests/ATest.php', `-        $this->assertSame(3, add(1, 2));\n+        $this->assertTrue(true);`)],
  ]
  it.each(cases)('%s', (_, file) => expect(found(file)).toEqual(['tests_weakened']))

  const fine: [string, FileChange[]][] = [
    ['an expected value changes', [change('a.test.ts', `-  expect(add(1, 2)).toBe(3)\n+  expect(add(1, 2)).toBe(4)`)]],
    ['assertions are added', [change('a.test.ts', `+  expect(add(1, 2)).toBe(3)`)]],
    ['one becomes two', [change('a.test.ts', `-  expect(a).toEqual(b)\n+  expect(a).toBe(1)\n+  expect(b).toBe(1)`)]],
    [
      'an assertion moves into a helper',
      [
        change('test/a.test.ts', `-  expect(order.total).toBe(3)`),
        change('test/orders.ts', `+  expect(order.total).toBe(3)`),
      ],
    ],
    ['stricter', [change('a.test.ts', `-  expect(x).toBeTruthy()\n+  expect(x).toEqual({ a: 1 })`)]],
    ['code that asserts, and is no test', [change('src/a.ts', `-  assert(x > 0)`)]],
    ['the same in other words', [change('tests/test_a.py', `-    self.assertEqual(f(), 3)\n+    assert f() == 3`)]],
  ]
  it.each(fine)('not: %s', (_, files) => expect(found(...files)).toEqual([]))
})
