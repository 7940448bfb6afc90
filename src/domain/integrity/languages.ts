/**
 * How tests are written, skipped and silenced in the languages people use. A row is a language, a column is what a class
 * of finding looks for. Patterns are tried on one line each and stand at its beginning where the language allows that,
 * so that a commented-out test is not a test.
 */

export type Language = {
  readonly name: string
  readonly files: RegExp
  /** Files that hold nothing but tests, by their path. */
  readonly testFiles: RegExp
  /** A test case begins; its name in the first group that matched, else on a line below. */
  readonly testCase: RegExp
  /** Where the name stands when it is below. */
  readonly nameBelow: RegExp
  readonly skipped: RegExp
  readonly assertion: RegExp
  /** An expectation that holds whatever the code does. */
  readonly vacuous: RegExp
  /** A check that pins a value, and one that hardly pins any: the second in place of the first is weaker. */
  readonly strict: RegExp
  readonly lax: RegExp
  /** A comment or attribute that silences a linter, a type checker or coverage. */
  readonly silenced: RegExp
}

const NEVER = /(?!)/
const QUOTED = /^\s*(?:['"`]|r?#*")((?:\\.|[^'"`\\])*)/

export const LANGUAGES: readonly Language[] = [
  {
    name: 'JavaScript',
    files: /\.(?:[cm]?[jt]sx?|vue|svelte)$/,
    testFiles: /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress)\/|[._-](?:test|spec|e2e|cy)\.[cm]?[jt]sx?$/,
    testCase:
      /^\s*(?:await\s+|void\s+|return\s+)?(?:[xf]?(?:it|test|specify)|Deno\.test|t\.test)(?:\.\w+(?:\([^)]*\))?)*\s*\(\s*(?:['"`]((?:\\.|[^'"`\\])*)|$|\{|\w|\[)/,
    nameBelow: QUOTED,
    skipped:
      /^\s*(?:await\s+)?(?:(?:it|test|describe|context|suite|specify)(?:\.\w+)*\.(?:skip|skipIf|runIf|todo|fixme|only|fails)\b|(?:x(?:it|describe|test|context|specify)|f(?:it|describe))\s*\()|\b(?:t|this|ctx|testInfo)\.(?:skip|todo)\s*\(|^\s*(?:(?:it|test|describe)\b.*,\s*\{.*\b)?(?:skip|todo|only):\s*(?:true\b|['"`])/,
    assertion:
      /\bexpect\b[^;]{0,20}\(|\bassert(?:\.\w+)*\s*\(|\.should\b|\bt\.(?:is|deepEqual|equal|like|throws|not|same)\s*\(/,
    vacuous:
      /\bexpect\s*\(\s*(?:true|1)\s*\)\s*\.\s*(?:toBe|toEqual|toStrictEqual|toBeTruthy)\b|\bexpect\s*\(\s*(?:false|0)\s*\)\s*\.\s*toBeFalsy\b|\bassert(?:\.ok|\.equal|\.strictEqual)?\s*\(\s*(?:true|1)\s*[,)]|\b(?:expect|assert)\b.*\|\|\s*true\b/,
    strict:
      /\.(?:toBe|toEqual|toStrictEqual|toMatchObject|toHaveBeenCalledWith|toHaveLength|toContain|toThrow|deepEqual|deepStrictEqual|strictEqual|equal|throws)\s*\(/,
    lax: /\.(?:toBeTruthy|toBeDefined|toBeFalsy|not\.toBeNull|not\.toBeUndefined|not\.toThrow|toHaveBeenCalled|ok|doesNotThrow)\s*\(|expect\.anything\(\)/,
    silenced:
      /(?:\/\/|\/\*|<!--|\{\s*\/\*)\s*(?:eslint-disable|biome-ignore|oxlint-disable|tslint:disable|stylelint-disable|deno-lint-ignore|@ts-(?:ignore|nocheck|expect-error)|istanbul ignore|[cv]8 ignore|\$FlowFixMe)/,
  },
  {
    name: 'Python',
    files: /\.pyi?$/,
    testFiles: /(?:^|\/)tests?\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/,
    testCase: /^\s*(?:async\s+)?def\s+(test\w*)\s*\(/,
    nameBelow: NEVER,
    skipped:
      /^\s*(?:@(?:pytest\.mark\.(?:skip|skipif|xfail)|(?:unittest\.)?(?:skip\w*|expectedFailure))\b|pytest\.(?:skip|xfail)\s*\(|self\.skipTest\s*\(|raise\s+(?:unittest\.)?SkipTest|pytestmark\s*=.*\b(?:skip|xfail)|collect_ignore|__test__\s*=\s*False)/,
    assertion: /^\s*assert\b|\bself\.assert\w+\s*\(|\bpytest\.raises\b|\.assert_\w+\s*\(/,
    vacuous: /^\s*assert\s+(?:True|1)\s*(?:[,#]|$)|\bassertTrue\s*\(\s*True\b|^\s*assert\b.*\bor\s+True\b/,
    strict:
      /^\s*assert\b.*(?:==|!=|<|>| in )|\bself\.assert(?:Equal|DictEqual|ListEqual|In|Raises|Almost\w+)\b|\bpytest\.raises\b/,
    lax: /^\s*assert\b(?!.*(?:==|!=|<|>| in ))|\bself\.assert(?:True|IsNotNone)\b/,
    silenced:
      /#\s*(?:noqa|type:\s*ignore|pylint:\s*disable|pyright:\s*ignore|mypy:\s*ignore|ruff:\s*noqa|flake8:\s*noqa|pragma:\s*no cover|nosec|pyre-(?:ignore|fixme))/i,
  },
  {
    name: 'Go',
    files: /\.go$/,
    testFiles: /_test\.go$/,
    testCase: /^\s*(?:func\s+((?:Test|Benchmark|Fuzz|Example)\w*)\s*\(|t\.Run\s*\(\s*["`]([^"`]*))/,
    nameBelow: NEVER,
    skipped: /\b[tbf]\.Skip(?:f|Now)?\s*\(|^\s*\/\/go:build\s+ignore\b/,
    assertion: /\b[tb]\.(?:Errorf?|Fatalf?|Fail|FailNow)\s*\(|\b(?:assert|require|is|qt)\.\w+\s*\(/,
    vacuous: /\b(?:assert|require)\.True\s*\(\s*t\s*,\s*true\b|\bif\s+false\b/,
    strict: /\b(?:assert|require)\.(?:Equal|EqualValues|ElementsMatch|Len|ErrorIs|Contains|JSONEq)\b/,
    lax: /\b(?:assert|require)\.(?:NotNil|NotEmpty|NoError|True|NotPanics)\b/,
    silenced: /\/\/\s*(?:nolint\b|#nosec\b|lint:ignore\b)/,
  },
  {
    name: 'Rust',
    files: /\.rs$/,
    testFiles: /(?:^|\/)tests\/[^/]+\.rs$|(?:^|\/)tests?\.rs$/,
    testCase: /^\s*#\[(?:\w+::)*(?:test|test_case|rstest|proptest)\b/,
    nameBelow: /^\s*(?:pub\s+)?(?:async\s+)?fn\s+(\w+)/,
    skipped: /^\s*#\[(?:ignore\b|cfg_attr\b.*\bignore\b|cfg\(any\(\)\))/,
    assertion: /\b(?:debug_)?assert(?:_\w+)?!\s*\(|^\s*#\[should_panic/,
    vacuous: /\bassert!\s*\(\s*true\s*[,)]|\bassert!\s*\(.*\|\|\s*true\b/,
    strict: /\bassert_(?:eq|ne|matches)!\s*\(/,
    lax: /\bassert!\s*\(\s*\w+(?:\.\w+\(\))*\.is_(?:ok|some)\(\)/,
    silenced: /#!?\[\s*(?:allow|expect)\s*\(|#!?\[\s*cfg_attr\s*\(.*\ballow\s*\(/,
  },
  {
    name: 'Java, Kotlin, Scala, Groovy',
    files: /\.(?:java|kts?|scala|groovy)$/,
    testFiles: /(?:^|\/)src\/\w*[tT]est\w*\/|(?:Tests?|IT|Spec)\.(?:java|kt|scala|groovy)$/,
    testCase: /^\s*@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b(?!.*\bclass\b)/,
    nameBelow:
      /^\s*(?:(?:public|private|protected|internal|final|override|suspend|static|open)\s+)*(?:fun|void|def)\s+(`[^`]+`|\w+)/,
    skipped:
      /^\s*@(?:Disabled|Ignore|DisabledIf\w*|DisabledOn\w+)\b|\bassum(?:e|ing)(?:True|That|False)?\s*\(\s*(?:true|false)/,
    assertion: /\b(?:assert\w*|verify\w*|fail)\s*[({]|\bAssert\w*\.\w+\s*\(|\bshould\w*\b/,
    vacuous:
      /\bassertTrue\s*\(\s*true\b|\bassertEquals\s*\(\s*(\w+)\s*,\s*\1\s*\)|\bassertThat\s*\(\s*true\s*\)|\|\|\s*true\s*\)/,
    strict: /\bassert(?:Equals|ArrayEquals|Throws|Same|IterableEquals)\b|\.isEqualTo\s*\(/,
    lax: /\bassert(?:NotNull|True|DoesNotThrow)\b|\.isNotNull\s*\(/,
    silenced:
      /@Suppress(?:Warnings|FBWarnings)?\b|\/\/\s*(?:NOSONAR|CHECKSTYLE:?\s*OFF|noinspection|ktlint-disable|scalastyle:off)/,
  },
  {
    name: 'C#, F#, Visual Basic',
    files: /\.(?:cs|fs|vb)$/,
    testFiles: /(?:^|\/)[^/]*Tests?(?:\.[^/]*)?\/|Tests?\.(?:cs|fs|vb)$/,
    testCase: /^\s*\[(?:Test|TestCase|Fact|Theory|TestMethod|DataTestMethod)\b/,
    nameBelow:
      /^\s*(?:(?:public|private|internal|async|static|override)\s+)*(?:void|Task(?:<\w+>)?|member\s+\w+\.|let)\s*(\w+)/,
    skipped:
      /^\s*\[(?:Ignore\b|Explicit\b|(?:Fact|Theory|Test)\b.*\b(?:Skip|Ignore)\s*=)|\bAssert\.(?:Ignore|Inconclusive|Skip)\s*\(/,
    assertion: /\bAssert\w*\.\w+\s*\(|\.Should\w*\s*\(|\bVerify\w*\s*\(/,
    vacuous: /\bAssert\.(?:True|IsTrue|That)\s*\(\s*true\b|\bAssert\.Pass\s*\(/,
    strict: /\bAssert\.(?:Equal|AreEqual|Throws\w*|Same)\b|\.(?:Be|BeEquivalentTo|Equal)\s*\(/,
    lax: /\bAssert\.(?:NotNull|IsNotNull|True|IsTrue)\b|\.NotBeNull\s*\(/,
    silenced:
      /#pragma\s+warning\s+disable|\[(?:assembly:\s*)?(?:SuppressMessage|ExcludeFromCodeCoverage)\b|\/\/\s*(?:NOSONAR|ReSharper disable)/,
  },
  {
    name: 'Ruby',
    files: /\.(?:rb|rake)$/,
    testFiles: /(?:^|\/)(?:spec|tests?|features)\/|_(?:spec|test)\.rb$/,
    testCase: /^\s*(?:[xf]?(?:it|specify|scenario|example)|test|should)\s*\(?\s*['"]([^'"]*)|^\s*def\s+(test_\w+)/,
    nameBelow: NEVER,
    skipped:
      /^\s*(?:x(?:it|describe|context|specify|scenario)|f(?:it|describe|context))\b|^\s*(?:skip|pending|omit)\b|,\s*(?:skip|pending):\s*|:skip\b/,
    assertion: /\bexpect\s*[({]|\b(?:assert|refute)\w*\b|\.(?:must|wont)_\w+|\.should\b/,
    vacuous: /\bassert\s*\(?\s*true\b|\bexpect\s*\(\s*true\s*\)/,
    strict: /\.to\s+(?:eq|eql|match|raise_error|include)\b|\bassert_(?:equal|raises|includes|match)\b/,
    lax: /\.to\s+be_(?:truthy|present)\b|\.not_to\s+(?:be_nil|raise_error)\b|\b(?:assert|refute_nil)\b/,
    silenced: /#\s*(?:rubocop:(?:disable|todo)|:nocov:|standard:disable|brakeman:ignore)/,
  },
  {
    name: 'PHP',
    files: /\.php$/,
    testFiles: /(?:^|\/)tests?\/|Test\.php$/i,
    testCase: /^\s*(?:public\s+)?function\s+(test\w*)\s*\(|^\s*(?:it|test)\s*\(\s*['"]([^'"]*)/,
    nameBelow: NEVER,
    skipped: /\bmarkTest(?:Skipped|Incomplete)\s*\(|^\s*\}?\)?->(?:skip|todo)\s*\(/,
    assertion: /(?:\$this->|self::|static::)assert\w+\s*\(|\bexpect\s*\(|\bexpectException\w*\s*\(/,
    vacuous: /assertTrue\s*\(\s*true\b|\bexpect\s*\(\s*true\s*\)/i,
    strict: /assert(?:Same|Equals|Count)\b|->toBe\s*\(/,
    lax: /assert(?:NotNull|True|NotEmpty)\b|->(?:toBeTruthy|not->toBeNull)\s*\(/,
    silenced: /phpcs:(?:ignore|disable)|@phpstan-ignore|@psalm-suppress|@codeCoverageIgnore/,
  },
  {
    name: 'Swift',
    files: /\.swift$/,
    testFiles: /(?:^|\/)[^/]*Tests\/|Tests?\.swift$/,
    testCase: /^\s*(?:override\s+)?(?:@Test\b.*?)?func\s+(test\w*)\s*\(|^\s*@Test\b(?!.*\bfunc\b)/,
    nameBelow: /^\s*func\s+(\w+)/,
    skipped: /\bXCTSkip\w*\s*\(|\.disabled\s*\(/,
    assertion: /\bXCT(?:Assert|Fail|Unwrap)\w*\s*\(|#(?:expect|require)\s*\(/,
    vacuous: /\bXCTAssert(?:True)?\s*\(\s*true\b|#expect\s*\(\s*true\b/,
    strict: /\bXCTAssert(?:Equal|ThrowsError|Identical)\b/,
    lax: /\bXCTAssert(?:NotNil|NoThrow|True)\b/,
    silenced: /swiftlint:disable/,
  },
  {
    name: 'Elixir',
    files: /\.exs?$/,
    testFiles: /_test\.exs$/,
    testCase: /^\s*(?:test|property)\s+"([^"]*)/,
    nameBelow: NEVER,
    skipped: /^\s*@(?:tag|moduletag)\s+:?(?:skip|pending)/,
    assertion: /^\s*(?:assert|refute)\w*\b/,
    vacuous: /^\s*assert\s+true\b/,
    strict: /^\s*assert\b.*==|\bassert_(?:raise|receive)\b/,
    lax: /^\s*(?:assert\s+[\w.()]+|refute\s+is_nil.*)\s*$/,
    silenced: /#\s*(?:credo:disable|coveralls-ignore)|@dialyzer\s*\{:nowarn/,
  },
  {
    name: 'C, C++',
    files: /\.(?:c|cc|cpp|cxx|h|hpp|m|mm)$/,
    testFiles: /(?:^|\/)tests?\/|(?:^|[_./])(?:unit)?tests?\.(?:c|cc|cpp|cxx)$/i,
    testCase: /^\s*(?:TYPED_TEST|TEST|TEST_[FP]|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE)\s*\(\s*([^)]*)/,
    nameBelow: NEVER,
    skipped: /\bGTEST_SKIP\s*\(|\bDISABLED_\w+|\[!mayfail\]|\[\.\]/,
    assertion: /\b(?:EXPECT|ASSERT|REQUIRE|CHECK|BOOST_(?:TEST|CHECK|REQUIRE))\w*\s*\(|\bassert\s*\(/,
    vacuous: /\b(?:EXPECT|ASSERT)_TRUE\s*\(\s*true\b|\b(?:REQUIRE|CHECK|assert)\s*\(\s*(?:true|1)\s*\)/,
    strict: /\b(?:EXPECT|ASSERT)_(?:EQ|STREQ|THROW|NEAR)\b/,
    lax: /\b(?:EXPECT|ASSERT)_(?:TRUE|NE|NO_THROW)\b/,
    silenced: /\bNOLINT\w*\b|#pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored|#pragma\s+warning\s*\(\s*disable|LCOV_EXCL/,
  },
  {
    name: 'shell',
    files: /\.(?:sh|bash|bats)$/,
    testFiles: /\.bats$|(?:^|\/)tests?\/[^/]+\.sh$/,
    testCase: /^\s*@test\s+['"]([^'"]*)/,
    nameBelow: NEVER,
    skipped: /^\s*skip(?:\s|$)/,
    assertion: /^\s*(?:assert\w*|refute\w*)\b|^\s*\[\[?\s.*\]\]?\s*$/,
    vacuous: /^\s*\[\[?\s+(?:1\s+-eq\s+1|true)\s+\]/,
    strict: NEVER,
    lax: NEVER,
    silenced: /#\s*shellcheck\s+disable/,
  },
]

export function languageOf(path: string): Language | null {
  return LANGUAGES.find((language) => language.files.test(path)) ?? null
}

export function isTestFile(path: string): boolean {
  return languageOf(path)?.testFiles.test(path) === true
}

/** Holds only the name of what is tested and `test`: nothing but test cases lives there, no helpers. */
export function isTestByName(path: string): boolean {
  const name = path.split('/').at(-1) ?? ''
  return isTestFile(path) && /(?:^|[._-])(?:tests?|specs?)(?:[._-]|$)|(?:Tests?|Spec)\.\w+$|\.bats$/.test(name)
}
