#!/usr/bin/env node
// Plain old JavaScript, as in claudetm.js.
'use strict'

var OLDEST = [22, 18]
var version = process.versions.node.split('.').map(Number)

if (version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1])) {
  process.stderr.write(
    'claudetm-server needs Node.js ' +
      OLDEST.join('.') +
      ' or newer, and this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n',
  )
  process.exitCode = 1
} else {
  require('node:module').enableCompileCache()
  require('../dist/server/server-main.cjs')
}
