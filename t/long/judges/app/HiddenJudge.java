import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Applications that decode with what the JDK offers, until nothing changes.
 * The third argument says how:
 *
 *   bytes   URLDecoder as UTF-8, then DataOutputStream.writeBytes, which
 *           writes the low byte of each char
 *   digits  URLDecoder alone, which takes the digits of any script in an
 *           escape
 *   latin1  URLDecoder, then an encoder of ISO 8859-1 that ignores what it
 *           has not, and what is no ASCII of the rest is taken out
 *
 * All of them leave ASCII alone.
 */
public class HiddenJudge {

    static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    static String bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new DataOutputStream(out).writeBytes(decode(text));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    static String latin1(String text) {
        CharsetEncoder encoder = StandardCharsets.ISO_8859_1.newEncoder()
            .onMalformedInput(CodingErrorAction.IGNORE)
            .onUnmappableCharacter(CodingErrorAction.IGNORE);
        try {
            ByteBuffer out = encoder.encode(CharBuffer.wrap(decode(text)));
            return StandardCharsets.US_ASCII.decode(out).toString()
                .replace("\ufffd", "");
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(e);
        }
    }

    static UnaryOperator<String> reading(String name) {
        switch (name) {
        case "bytes":
            return HiddenJudge::bytes;
        case "digits":
            return HiddenJudge::decode;
        case "latin1":
            return HiddenJudge::latin1;
        default:
            throw new IllegalArgumentException(name);
        }
    }

    /* What is no escape ends the decoding, as it stands then. */
    static String file(String target, UnaryOperator<String> reading) {
        String text = target;
        for ( ;; ) {
            String once;
            try {
                once = reading.apply(text);
            } catch (IllegalArgumentException e) {
                once = text;
            }
            if (once.equals(text)) {
                return text.replace('\\', '/');
            }
            text = once;
        }
    }

    static void answer(HttpExchange exchange, Path root,
        UnaryOperator<String> reading) throws IOException
    {
        byte[] body = "nothing here\n".getBytes();
        int status = 404;
        try {
            String name = file(exchange.getRequestURI().getRawPath(), reading);
            body = Files.readAllBytes(Path.of(root + "/" + name));
            status = 200;
        } catch (IOException | InvalidPathException | NullPointerException e) {
            /* nothing here */
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[1]);
        UnaryOperator<String> reading = reading(args[2]);
        HttpServer server = HttpServer.create(new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 100);
        server.createContext("/", exchange -> answer(exchange, root, reading));
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }
}
