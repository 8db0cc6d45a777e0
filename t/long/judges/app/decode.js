'use strict';

// An application that keeps to what JavaScript offers: unescape() knows
// %uHHHH, normalize() makes compatible characters ASCII, and path.win32 takes
// backslashes for slashes. Letter case does not count.

const fs = require('fs');
const http = require('http');
const path = require('path');

const [port, root] = process.argv.slice(2);

function decoded(text) {
    let before;
    do {
        before = text;
        text = unescape(text);
    } while (text !== before);
    return text;
}

// what unescape() leaves are bytes; if they are UTF-8, they are read as such
function characters(text) {
    if (/[^\x00-\xff]/.test(text)) {
        return text;
    }
    return Buffer.from(text, 'latin1').toString('utf8');
}

function file(target) {
    const bytes = characters(decoded(target.split('?')[0]));
    const name = bytes.normalize('NFKC').toLowerCase()
        .replace(/[\0-\x1f\x7f\ufffd]/g, '')
        .split(/[\\/]/)
        .map((part) => part.split(';')[0].trim())
        .join('\\');
    return root + '/' + path.win32.normalize(name).replace(/\\/g, '/');
}

http.createServer((request, response) => {
    let body;
    try {
        body = fs.readFileSync(file(request.url));
    } catch (error) {
        response.statusCode = 404;
        body = 'nothing here\n';
    }
    response.end(body);
}).listen(Number(port), '127.0.0.1');
