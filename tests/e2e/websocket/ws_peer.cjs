// The npm package `ws` as a peer of our server: node ws_peer.cjs ws://127.0.0.1:PORT wss://127.0.0.1:PORT
// Prints a line for each case that went well; the first that did not ends it.
const WebSocket = require('ws'), assert = require('assert');
const [plain, secure] = process.argv.slice(2);
const patience = 15000;

const within = (promise, what) => Promise.race([promise, new Promise((_, no) => {
    setTimeout(() => no(new Error('no ' + what)), patience).unref();
})]);
const opened = (base, path, ...more) => {
    const socket = new WebSocket(base + path, ...more);
    socket.inbox = [];
    socket.on('message', (data, binary) => socket.inbox.push(binary ? data : data.toString()));
    socket.on('error', error => { socket.failure = error; });
    socket.closed = new Promise(yes => socket.on('close', (code, reason) => yes([code, reason.toString()])));
    return within(new Promise((yes, no) => {
        socket.on('open', () => yes(socket));
        socket.on('unexpected-response', (_, answer) => no(Object.assign(new Error('refused'), {status: answer.statusCode})));
    }), 'opening');
};
const next = async socket => {
    while (socket.inbox.length === 0) await within(new Promise(yes => socket.once('message', yes)), 'message');
    return socket.inbox.shift();
};
const closed = socket => within(socket.closed, 'close');
const masked = (first, payload) => {  // a frame as raw bytes
    const mask = Buffer.from([1, 2, 3, 4]);
    return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
};

const cases = {
    async 'text of every size comes back, whole'(base) {
        const socket = await opened(base, '/echo');
        for (const size of [0, 1, 125, 126, 127, 65535, 65536]) {
            socket.send('x'.repeat(size));
            assert.strictEqual((await next(socket)).length, size);
        }
        socket.close(1000, 'done');
        assert.strictEqual((await closed(socket))[0], 1000);
    },
    async 'text of every script comes back unchanged'(base) {
        const socket = await opened(base, '/echo');
        for (const text of ['Grüße', 'مرحبا', '你好', '👩‍👩‍👧‍👦', '\u0000\u007f\u0080\u07ff\u0800\uffff\u{10ffff}']) {
            socket.send(text);
            assert.strictEqual(await next(socket), text);
        }
        socket.close();
        assert.strictEqual((await closed(socket))[0], 1000);  // none was given
    },
    async 'fragments are joined, with pings between them'(base) {
        const socket = await opened(base, '/echo');
        const pongs = [];
        socket.on('pong', data => pongs.push(data.toString()));
        const bytes = Buffer.from('Grüße, 👋!');
        for (let i = 0; i < bytes.length; ++i) {
            socket.send(bytes.subarray(i, i + 1), {fin: i + 1 === bytes.length, binary: false});
            if (i % 4 === 0) socket.ping('p' + i);
        }
        assert.strictEqual(await next(socket), 'Grüße, 👋!');
        assert.deepStrictEqual(pongs.slice(0, 3), ['p0', 'p4', 'p8']);
        socket.terminate();
    },
    async 'compression is offered and not taken'(base) {
        const socket = await opened(base, '/echo', {perMessageDeflate: true});
        assert.strictEqual(socket.extensions, '');
        socket.send('a'.repeat(2000));
        assert.strictEqual((await next(socket)).length, 2000);
        socket.terminate();
    },
    async 'a subprotocol is agreed'(base) {
        const socket = await opened(base, '/echo', ['parley.2', 'parley.1']);
        assert.strictEqual(socket.protocol, 'parley.1');
        socket.terminate();
    },
    async 'an origin of another site is refused'(base) {
        await assert.rejects(opened(base, '/echo', {origin: 'https://evil.example'}), {status: 403});
        (await opened(base, '/echo', {origin: base.replace('ws', 'http')})).terminate();
    },
    async 'binary closes with 1003'(base) {
        const socket = await opened(base, '/echo');
        socket.send(Buffer.from([1, 2, 3]));
        assert.strictEqual((await closed(socket))[0], 1003);
    },
    async 'too large closes with 1009'(base) {
        const socket = await opened(base, '/echo');
        socket.send('x'.repeat(65537));
        assert.strictEqual((await closed(socket))[0], 1009);
    },
    async 'too large in fragments closes with 1009'(base) {
        const socket = await opened(base, '/echo');
        for (let i = 0; i < 70; ++i) socket.send('x'.repeat(1000), {fin: false});
        assert.strictEqual((await closed(socket))[0], 1009);
    },
    async 'text that is no UTF-8 closes with 1007'(base) {
        const socket = await opened(base, '/echo');
        socket.send(Buffer.from([0x61, 0xed, 0xa0, 0x80]), {binary: false});
        assert.strictEqual((await closed(socket))[0], 1007);
    },
    async 'broken frames close with 1002'(base) {
        for (const frame of [masked(0x83, Buffer.from('x')), masked(0xc1, Buffer.from('x')), masked(0x80, Buffer.from('x')),
                             masked(0x09, Buffer.from('x')), Buffer.from([0x81, 1, 0x78])]) {
            const socket = await opened(base, '/echo');
            socket._socket.write(frame);
            assert.strictEqual((await closed(socket))[0], 1002);
        }
    },
    async 'codes and reasons of the host arrive'(base) {
        const socket = await opened(base, '/echo');
        socket.send('close 4403');
        assert.strictEqual(await next(socket), 'close 4403');
        assert.deepStrictEqual(await closed(socket), [4403, 'as you wish: ¡adiós!']);
    },
    async 'codes of the peer are answered alike'(base) {
        for (const code of [1000, 1001, 1008, 3000, 4999]) {
            const socket = await opened(base, '/echo');
            if (code === 1001) socket._sender.close(code, 'x', true); else socket.close(code, 'x');
            assert.strictEqual((await closed(socket))[0], code);
        }
    },
    async 'a peer that answers pings stays, a half-open one goes'(base) {
        const alive = await opened(base, '/impatient'), dead = await opened(base, '/impatient', {autoPong: false});
        let pings = 0;
        alive.on('ping', () => ++pings);
        assert.strictEqual((await closed(dead))[0], 1006);
        while (pings < 4) await within(new Promise(yes => alive.once('ping', yes)), 'ping');
        alive.send('still here');
        assert.strictEqual(await next(alive), 'still here');
        alive.terminate();
    },
    async 'a reader that stops is closed with 1013 and others read on'(base) {
        const slow = await opened(base, '/flood'), quick = await opened(base, '/flood');
        slow.pause();
        let got = 0;
        quick.on('message', () => ++got);
        quick.send('go');
        while (got < 2000) await within(new Promise(yes => quick.once('message', yes)), 'message');
        slow.resume();
        const [code] = await closed(slow);
        assert.ok(code === 1013 || code === 1006, String(code));  // 1006: it was too late to tell
        assert.ok(slow.inbox.length < 2000);
        quick.terminate();
    },
};

(async () => {
    for (const base of [plain, secure])
        for (const [name, run] of Object.entries(cases)) {
            try {
                await run(base);
            } catch (error) {
                console.error(base + ': ' + name + ': ' + (error.stack || error));
                process.exit(1);
            }
            console.log('ok ' + name);
        }
    process.exit(0);
})();
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
