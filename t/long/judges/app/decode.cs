// An application on Mono's HttpListener. HttpUtility.UrlDecode knows %uHHHH,
// and takes "+" for a blank, as decoders of forms do;
// names are made as .NET makes them on Windows: backslashes are slashes, and
// a segment's trailing dots and blanks do not count.

using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;
using System.Web;

static class Decode
{
    static string Name(string target)
    {
        string path = HttpUtility.UrlDecode(target.Split('?')[0]);
        var way = new List<string>();

        foreach (string part in path.Split('/', '\\')) {
            if (part.TrimEnd(' ') == "..") {
                if (way.Count > 0) {
                    way.RemoveAt(way.Count - 1);
                }
                continue;
            }

            string name = part.TrimEnd('.', ' ').ToLowerInvariant();
            if (name != "") {
                way.Add(name);
            }
        }

        return string.Join("/", way);
    }

    static void Answer(HttpListenerContext context, string root)
    {
        byte[] body = Encoding.ASCII.GetBytes("nothing here\n");
        int status = 404;

        try {
            string name = Name(context.Request.RawUrl);
            body = File.ReadAllBytes(root + "/" + name);
            status = 200;
        } catch (Exception) {
            // nothing here
        }

        try {
            context.Response.StatusCode = status;
            context.Response.ContentLength64 = body.Length;
            context.Response.OutputStream.Write(body, 0, body.Length);
            context.Response.Close();
        } catch (Exception) {
            // the client is gone
        }
    }

    static void Main(string[] args)
    {
        var listener = new HttpListener();
        listener.Prefixes.Add("http://127.0.0.1:" + args[0] + "/");
        listener.IgnoreWriteExceptions = true;
        listener.Start();

        for ( ;; ) {
            HttpListenerContext context;
            try {
                context = listener.GetContext();
            } catch (HttpListenerException) {
                continue;
            }
            ThreadPool.QueueUserWorkItem(_ => Answer(context, args[1]));
        }
    }
}
