'use strict';

// Applications that decode with what Node offers, until nothing changes. The
// third argument says how:
//
//   latin1   decodeURIComponent, then a Buffer of Latin-1, which keeps the
//            low byte of each character
//   ascii    the bytes of the escapes, then Buffer's own "ascii", which cuts
//            the eighth bit
//   utf8     the bytes of the escapes, then UTF-8 by hand, as many a page does
//            it: what stands behind a lead byte is a continuation, unchecked

const fs = require('fs');
const http = require('http');

const [port, root, name] = process.argv.slice(2);

// What is no escape ends the decoding, as it stands then.
function escapes(text) {
    try {
        return decodeURIComponent(text);
    } catch (error) {
        return text;
    }
}

function bytes(text) {
    return text.replace(/%([0-9a-f]{2})/gi,
        (all, digits) => String.fromCharCode(parseInt(digits, 16)));
}

function utf8(text) {
    const low = (i) => text.charCodeAt(i) & 63;
    let out = '';
    for (let i = 0; i < text.length;) {
        const byte = text.charCodeAt(i);
        if (byte < 128) {
            out += text[i];
            i += 1;
        } else if (byte > 191 && byte < 224) {
            out += String.fromCharCode((byte & 31) << 6 | low(i + 1));
            i += 2;
        } else {
            out += String.fromCharCode((byte & 15) << 12 | low(i + 1) << 6
                                       | low(i + 2));
            i += 3;
        }
    }
    return out;
}

const readings = {
    latin1: (text) => Buffer.from(escapes(text), 'latin1').toString('latin1'),
    ascii: (text) => Buffer.from(bytes(text), 'latin1').toString('ascii'),
    utf8: (text) => utf8(bytes(text)),
};

function file(target) {
    let text = target.split('?')[0];
    for (let before; text !== before;) {
        before = text;
        text = readings[name](text);
    }
    return root + '/' + text.replace(/\\/g, '/');
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
