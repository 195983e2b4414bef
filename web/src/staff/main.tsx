import { mount } from "@/mobile/Frame.tsx";
import { App } from "./App.tsx";
import { LoginPage } from "./LoginPage.tsx";

mount({ basename: "/m", kind: "staff", login: LoginPage, children: <App /> });
