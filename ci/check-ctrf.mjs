// Asks npm ctrf (MIT) for a report in CTRF. usage: node check-ctrf.mjs [--files] FILE...   needs: npm i ctrf@0.3.0, in the folder it is called in
// 1. the JSON Schema that the npm package ships (strict: unknown keys fail)
// 2. what a schema cannot say: the summary counts add up, the files named exist (--files)
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
const { validate } = createRequire(path.join(process.cwd(), 'x.js'))('ctrf')
let bad = 0
const say = (f, m) => { bad++; console.error(`${f}: ${m}`) }
const args = process.argv.slice(2), files = args.includes('--files')
for (const f of args.filter(a => a !== '--files')) {
  let r
  try { r = JSON.parse(fs.readFileSync(f, 'utf8')) } catch (e) { say(f, e.message); continue }
  const v = validate(r)
  for (const e of v.errors ?? []) if (!v.valid) say(f, `${e.path}: ${e.message}`)
  if (!v.valid) continue
  const t = r.results.tests, s = r.results.summary
  const n = k => t.filter(x => x.status === k).length
  for (const k of ['passed', 'failed', 'skipped', 'pending', 'other'])
    if (s[k] !== n(k)) say(f, `summary.${k} is ${s[k]}, the tests say ${n(k)}`)
  if (s.tests !== t.length) say(f, `summary.tests is ${s.tests}, there are ${t.length}`)
  if (s.flaky !== undefined && s.flaky !== t.filter(x => x.flaky).length) say(f, 'summary.flaky is wrong')
  if (s.stop < s.start) say(f, 'summary.stop is before start')
  const ids = t.map(x => x.testId).filter(Boolean)
  if (new Set(ids).size !== ids.length) say(f, 'a testId is not unique')
  if (files) for (const x of t) for (const a of x.attachments ?? [])
    if (!fs.existsSync(path.join(path.dirname(f), a.path))) say(f, `${x.name}: attachment ${a.path} is not there`)
}
process.exit(bad ? 1 : 0)
