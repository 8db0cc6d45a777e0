import java.util.logging.Level;
import java.util.logging.Logger;

import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;

/** Tomcat's DefaultServlet, as lenient as it can be set. */
public class TomcatJudge {

    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);

        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(".");

        Connector connector = new Connector();
        connector.setPort(Integer.parseInt(args[0]));
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxKeepAliveRequests", "-1");
        connector.setProperty("relaxedPathChars", "\"<>[\\]^`{|}");
        connector.setProperty("relaxedQueryChars", "\"<>[\\]^`{|}");
        connector.setProperty("rejectIllegalHeader", "false");
        connector.setEncodedSolidusHandling(
            EncodedSolidusHandling.DECODE.getValue());
        connector.setAllowBackslash(true);
        tomcat.setConnector(connector);

        Context context = tomcat.addContext("", args[1]);
        Tomcat.addServlet(context, "files", new DefaultServlet());
        context.addServletMappingDecoded("/", "files");
        context.addWelcomeFile("index.html");

        tomcat.start();
        tomcat.getServer().await();
    }
}
