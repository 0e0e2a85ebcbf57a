// ZoneMTA's bounce rules (npm: zone-mta) on the replies of this folder; see compare.py.
// node zonemta.js /path/to/node_modules/zone-mta
'use strict';

const path = require('path');
const readline = require('readline');
const bounces = require(path.join(path.resolve(process.argv[2]), 'lib', 'bounces.js'));

bounces.reloadBounces();
readline.createInterface({ input: process.stdin }).on('line', line => {
    const found = bounces.check(JSON.parse(line).reply);
    console.log(found.line ? found.category : '');
});
