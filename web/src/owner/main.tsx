import { mount } from "@/mobile/Frame.tsx";
import "./owner.css";
import { App } from "./App.tsx";
import { LoginPage } from "./LoginPage.tsx";

mount({ basename: "/o", kind: "resident", login: LoginPage, children: <App /> });
