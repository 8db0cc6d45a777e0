'use strict';

// A proxy that hands on what the WHATWG URL parser makes of a target, as many
// a gateway in JavaScript does. The authority of a target is not taken for
// the server to ask: it is always the one behind.

const http = require('http');

const [port, back] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

function refuse(response, status) {
    response.statusCode = status;
    response.end('refused\n');
}

http.createServer((request, response) => {
    let url;
    try {
        url = new URL(request.url, 'http://judge.example.test/');
    } catch (error) {
        return refuse(response, 400);
    }
    const onward = http.request({
        agent, host: '127.0.0.1', port: back,
        path: url.pathname + url.search,
        headers: { Host: 'judge.example.test' },
    }, (answer) => {
        response.writeHead(answer.statusCode);
        answer.pipe(response);
    });
    onward.on('error', () => refuse(response, 502));
    onward.end();
}).listen(port, '127.0.0.1');
